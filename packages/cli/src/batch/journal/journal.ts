/**
 * The journal: what was sent and what came back, so that a killed run can go on. It is written with one system call a
 * record, before anything else happens, and forced to the disk behind that: kill -9 loses nothing, and neither does a
 * power failure, but for the last moment.
 */
import {
  closeSync,
  constants,
  createReadStream,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { splitLines } from '../input/split-lines.js';
import { PRIVATE_MODE, readExactly, writeFully } from '../output/files.js';
import type { Ledger, Place } from './ledger.js';
import { decodeRecord, encodeRecord, type DecodedRecord, type JournalRecord } from './record.js';

const dataSync = promisify(fdatasync);

/** A record and where its line begins. */
export interface PlacedRecord {
  readonly decoded: DecodedRecord;
  readonly offset: number;
}

/** What the records of a file are. */
export interface Scan {
  readonly records: AsyncIterable<PlacedRecord>;
  /** After the end: the length of what is whole, and how many lines in the middle are damaged. */
  readonly facts: { wholeBytes: number; damaged: number };
}

/** Reads a journal. A torn last line is left out; whoever writes on cuts it off. */
export function scanJournal(path: string): Scan {
  const facts = { wholeBytes: 0, damaged: 0 };
  return { records: read(path, facts), facts };
}

async function* read(path: string, facts: Scan['facts']): AsyncGenerator<PlacedRecord> {
  for await (const { offset, bytes, isWhole } of splitLines(createReadStream(path))) {
    if (!isWhole) return;
    facts.wholeBytes = offset + bytes.byteLength + 1;
    const decoded = decodeRecord(bytes);
    if (decoded === undefined) facts.damaged += 1;
    else yield { decoded, offset };
  }
}

/** A journal that is written. */
export class Journal {
  readonly #fd: number;
  readonly #ledger: Ledger;
  #length: number;
  #written = 0;
  #synced = 0;
  #sync: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param wholeBytes where to go on; what stands behind it is torn */
  constructor(path: string, ledger: Ledger, wholeBytes: number) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, PRIVATE_MODE);
    this.#ledger = ledger;
    this.#length = wholeBytes;
    if (fstatSync(this.#fd).size > wholeBytes) ftruncateSync(this.#fd, wholeBytes);
  }

  /** The record is with the operating system when this returns. @throws what the disk says */
  append(record: JournalRecord, line?: Uint8Array): void {
    const encoded = encodeRecord(record, line);
    writeFully(this.#fd, encoded.bytes, this.#length);
    this.#ledger.take({ record, ...encoded }, this.#length);
    this.#length += encoded.bytes.byteLength;
    this.#written += 1;
    this.#startSync();
  }

  /** The line of the output that a record holds. */
  readLine({ offset, length }: Place): Uint8Array {
    return readExactly(this.#fd, offset, length);
  }

  /** Resolves when everything that was appended is on the disk. @throws what the disk says */
  async durable(): Promise<void> {
    const target = this.#written;
    while (this.#synced < target) {
      this.#startSync();
      await this.#sync;
      if (this.#failure !== undefined) throw this.#failure.error;
    }
  }

  /** @throws what the disk says */
  async close(): Promise<void> {
    try {
      await this.durable();
      await this.#sync;
    } finally {
      closeSync(this.#fd);
    }
  }

  /** One at a time; each forces everything that was written before it began. */
  #startSync(): void {
    if (this.#sync !== undefined || this.#failure !== undefined) return;
    const target = this.#written;
    this.#sync = dataSync(this.#fd).then(
      () => {
        this.#synced = target;
        this.#sync = undefined;
        if (this.#written > target) this.#startSync();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#sync = undefined;
      },
    );
  }
}
