/**
 * The journal: what was sent and what came back, so that a killed run can be resumed. The records of one turn of the
 * event loop are written with one system call, and a line gives up its place only after that: `kill -9` loses nothing.
 * The file is flushed to the disk a few times a second, so a power failure costs the last moment at most.
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
import { concatBytes } from '@nomyo/base';
import { CommandFailed } from '../../exit/codes.js';
import { splitLines } from '../input/split-lines.js';
import { PRIVATE_MODE, readExactly, writeFully } from '../output/files.js';
import type { Ledger, Place } from './ledger.js';
import { decodeRecord, encodeRecord, type DecodedRecord, type JournalRecord } from './record.js';

const dataSync = promisify(fdatasync);

/** How long a record that nothing waits for may stay unflushed. */
const SYNC_MS = 50;

/** A record and where its line begins. */
export interface PlacedRecord {
  readonly decoded: DecodedRecord;
  readonly offset: number;
}

/** The records of a file. */
export interface Scan {
  readonly records: AsyncIterable<PlacedRecord>;
  /** After the end: the length of what is whole, how many lines in the middle are damaged, and the torn last one. */
  readonly facts: { wholeBytes: number; damaged: number; torn: Uint8Array };
}

/** Reads a journal. A torn last line is left out; the next writer cuts it off. */
export function scanJournal(path: string): Scan {
  const facts = { wholeBytes: 0, damaged: 0, torn: new Uint8Array(0) };
  return { records: read(path, facts), facts };
}

async function* read(path: string, facts: Scan['facts']): AsyncGenerator<PlacedRecord> {
  for await (const { offset, bytes, isWhole } of splitLines(createReadStream(path))) {
    if (!isWhole) {
      facts.torn = bytes;
      return;
    }
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
  readonly #disk: Disk;
  /** Where the next record goes, and how much of what stands before it is with the operating system. In bytes. */
  #length: number;
  #written: number;
  #pending: Uint8Array[] = [];
  #turn: Promise<void> | undefined;

  /** @param wholeBytes where to continue; anything after it is torn */
  constructor(path: string, ledger: Ledger, wholeBytes: number) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, PRIVATE_MODE);
    this.#disk = new Disk(this.#fd, path);
    this.#ledger = ledger;
    this.#length = wholeBytes;
    this.#written = wholeBytes;
    if (fstatSync(this.#fd).size > wholeBytes) ftruncateSync(this.#fd, wholeBytes);
  }

  /** The record is written at the end of this turn of the event loop, together with the others of the turn. */
  append(record: JournalRecord, line?: Uint8Array): void {
    const encoded = encodeRecord(record, line);
    this.#pending.push(encoded.bytes);
    this.#ledger.take({ record, ...encoded }, this.#length);
    this.#length += encoded.bytes.byteLength;
    this.#turn ??= this.#writeSoon();
    // The failure is reported to whoever waits, now or when records are next written.
    this.#turn.catch(() => undefined);
  }

  /**
   * Resolves when everything that was appended is with the operating system: `kill -9` cannot take it any more.
   *
   * @throws what the disk says
   */
  async written(): Promise<void> {
    this.#disk.check();
    if (this.#written < this.#length) await (this.#turn ??= this.#writeSoon());
  }

  /** The line of the output that a record holds. @throws what the disk says */
  readLine({ offset, length }: Place): Uint8Array {
    if (offset + length > this.#written) this.#write();
    return readExactly(this.#fd, offset, length);
  }

  /** Resolves when everything that was appended is on the disk. @throws what the disk says */
  async durable(): Promise<void> {
    this.#write();
    await this.#disk.force();
  }

  /** @throws what the disk says */
  async close(): Promise<void> {
    try {
      await this.durable();
    } finally {
      await this.#disk.idle();
      closeSync(this.#fd);
    }
  }

  async #writeSoon(): Promise<void> {
    await new Promise(setImmediate);
    this.#turn = undefined;
    this.#write();
  }

  /** One system call. What could not be written stays, and goes with the next records. */
  #write(): void {
    if (this.#written === this.#length) return;
    writeFully(this.#fd, concatBytes(...this.#pending), this.#written);
    this.#pending = [];
    this.#written = this.#length;
    this.#disk.note();
  }
}

/** Flushes a file to the disk a few times a second, and at once where something waits for it. */
class Disk {
  readonly #fd: number;
  readonly #path: string;
  /** Writes that were noted, and those of them that are on the disk. */
  #noted = 0;
  #forced = 0;
  #timer: NodeJS.Timeout | undefined;
  #sync: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  /** Something was written. */
  note(): void {
    this.#noted += 1;
    this.#timer ??= setTimeout(() => void this.#start(), SYNC_MS).unref();
  }

  /** @throws what the disk has said */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when everything that was noted is on the disk. @throws what the disk says */
  async force(): Promise<void> {
    const target = this.#noted;
    while (this.#forced < target) {
      await this.#start();
      this.check();
    }
    this.check();
  }

  /** Resolves when the file can be closed. */
  async idle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sync;
  }

  /** One at a time; each forces everything that was written before it began. */
  #start(): Promise<void> {
    this.#sync ??= this.#run();
    return this.#sync;
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const target = this.#noted;
    try {
      await dataSync(this.#fd);
      this.#checkName();
      this.#forced = target;
    } catch (error) {
      this.#failure = { error };
    }
    this.#sync = undefined;
  }

  /** A file without a name vanishes with its process; no later run could resume from it. */
  #checkName(): void {
    if (fstatSync(this.#fd).nlink > 0) return;
    throw new CommandFailed(
      `${this.#path} was removed while the batch ran: what was answered is lost, and no more lines were sent`,
    );
  }
}
