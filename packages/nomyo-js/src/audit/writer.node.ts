/**
 * Writes a log. Every line is passed to the operating system before its call continues, so that a killed process loses
 * none. Existing lines are never changed: damage is marked in a line of its own, after which the chain continues.
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fstatSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { KeyObject } from 'node:crypto';
import { utf8Encode } from '@nomyo/base';
import { AuditError } from './errors.js';
import { NO_FOLLOW, readTail, rotatedNumbers, rotatedPath } from './files.node.js';
import { HeadFile, readHead } from './head.node.js';
import {
  beginsLikeLine,
  MAX_LINE_BYTES,
  START,
  writeLine,
  type ChainPoint,
  type LineBody,
} from './line.node.js';
import { signCheckpoint } from './signing.node.js';
import { tornMark } from './verifier.node.js';

/** Options of {@link AuditWriter}. */
export interface WriterOptions {
  /** Absolute path of the log. */
  readonly file: string;
  /** Size at which a new file is begun, in bytes. */
  readonly maxBytes: number;
  /** Whether a new day (UTC) begins a new file. */
  readonly daily: boolean;
  readonly signingKey: KeyObject | undefined;
  /** Number of lines between two checkpoints. */
  readonly checkpointEvery: number;
}

/** A file that is being written. */
interface OpenFile {
  readonly fd: number;
  readonly head: HeadFile;
  size: number;
  /** Day of its first line. */
  day: number;
  /** Time of the last check that the file still exists, as `performance.now()`. */
  checkedAt: number;
}

const OPEN_FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NO_FOLLOW;

/** Longest time until a file that has replaced a deleted one is noticed, in ms. */
const CHECK_MS = 1000;

const MS_PER_DAY = 86_400_000;

const sync = promisify(fdatasync);

/** Appends lines, continues the chain, and rotates the file. */
export class AuditWriter {
  readonly #options: WriterOptions;
  #open: OpenFile | undefined;
  #last: ChainPoint = START;
  #unsigned = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Opens the file, unless it is open, and marks damage left by a crash. If the file has been deleted in the meantime,
   * a new one is begun, whose chain shows that lines are missing.
   *
   * @throws an error of the system, or an {@link AuditError}
   */
  begin(now: Date = new Date()): void {
    if (this.#open !== undefined && this.#isDeleted(this.#open)) this.#drop();
    this.#open ??= this.#begin(now);
  }

  /** @throws an error of the system; part of the line may then be in the file, and the next {@link begin} marks it */
  append(body: LineBody, now: Date = new Date()): void {
    this.#open ??= this.#begin(now);
    this.#rotateWhenDue(now);
    this.#write(body, now);
    this.#unsigned += 1;
    if (this.#unsigned >= this.#options.checkpointEvery) this.#checkpoint(now);
  }

  /** Resolves when everything written so far is on the disk. */
  async sync(): Promise<void> {
    if (this.#open !== undefined) await sync(this.#open.fd);
  }

  /** Signs the lines since the last checkpoint, and closes the file. Idempotent. */
  close(): void {
    try {
      if (this.#open !== undefined) this.#checkpoint(new Date());
    } finally {
      this.#drop();
    }
  }

  /** Checks the name for every line, and the open file only now and then, because that costs more. */
  #isDeleted(open: OpenFile): boolean {
    const now = performance.now();
    if (now - open.checkedAt < CHECK_MS && existsSync(this.#options.file)) return false;
    open.checkedAt = now;
    return fstatSync(open.fd).nlink === 0;
  }

  #begin(now: Date): OpenFile {
    const { file } = this.#options;
    const fd = openSync(file, OPEN_FLAGS, 0o600);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) throw new AuditError(`${file} is not a regular file`);
      const day = dayOf(stats.size === 0 ? now : stats.birthtime);
      const checkedAt = performance.now();
      this.#open = { fd, head: new HeadFile(file), size: stats.size, day, checkedAt };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return this.#resume(this.#open, now);
  }

  /** Finds the end of the chain, and marks damage after it. */
  #resume(open: OpenFile, now: Date): OpenFile {
    try {
      this.#mark(open, now);
      return open;
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  #mark(open: OpenFile, now: Date): void {
    const { file } = this.#options;
    const tail = readTail(open.fd, open.size);
    if (tail === undefined || (tail.last === undefined && !tail.torn.every(beginsLikeLine))) {
      throw new AuditError(
        `${file} exists, but is not an audit log; nothing was written to it. Choose another file`,
      );
    }
    this.#last = tail.last ?? lastOfRotated(file) ?? START;
    const head = readHead(file);
    const isCut = head === 'damaged' || (head !== undefined && !isBehind(head, this.#last));
    if (tail.last !== undefined) open.day = dayOf(new Date(String(tail.last.members['time'])));
    if (!tail.isTerminated) this.#put(open, utf8Encode('\n'));
    if (tail.torn.length === 0 && !isCut) return;
    const mark = tornMark(tail.torn);
    const expected = isCut && head !== 'damaged' ? { expected_seq: head.seq, expected_hash: head.hash } : {};
    this.#write(isCut ? { type: 'cut', ...mark, ...expected } : { type: 'torn', ...mark }, now);
  }

  #write(body: LineBody, now: Date, sign?: (text: string) => string): void {
    const open = this.#open;
    if (open === undefined) throw new AuditError('the log is not open');
    const { text, point } = writeLine(this.#last, body, now, sign);
    const line = utf8Encode(`${text}\n`);
    if (line.byteLength > MAX_LINE_BYTES + 1) throw new AuditError('a line would be too long');
    try {
      this.#put(open, line);
      this.#last = point;
      open.head.write(point);
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  #put(open: OpenFile, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.byteLength;) done += writeSync(open.fd, bytes, done);
    open.size += bytes.byteLength;
  }

  #checkpoint(now: Date): void {
    const { signingKey } = this.#options;
    if (signingKey === undefined || this.#unsigned === 0) return;
    const { key, sign } = signCheckpoint(signingKey);
    this.#write({ type: 'checkpoint', key }, now, sign);
    this.#unsigned = 0;
  }

  #rotateWhenDue(now: Date): void {
    const open = this.#open;
    const { file, maxBytes, daily } = this.#options;
    if (open === undefined || open.size === 0) return;
    if (open.size < maxBytes && !(daily && open.day !== dayOf(now))) return;
    this.#checkpoint(now);
    this.#drop();
    renameSync(file, rotatedPath(file, (rotatedNumbers(file).at(-1) ?? 0) + 1));
    this.begin(now);
  }

  #drop(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    closeSync(open.fd);
    open.head.close();
  }
}

/** The last line of the newest rotated file. */
function lastOfRotated(file: string): ChainPoint | undefined {
  const number = rotatedNumbers(file).at(-1);
  if (number === undefined) return undefined;
  const fd = openSync(rotatedPath(file, number), constants.O_RDONLY);
  try {
    return readTail(fd, fstatSync(fd).size)?.last;
  } finally {
    closeSync(fd);
  }
}

/** Reports whether the head's line is in the log. A killed writer may have written one more line than its head says. */
function isBehind(head: ChainPoint, last: ChainPoint): boolean {
  return head.seq === last.seq ? head.hash === last.hash : head.seq === last.seq - 1;
}

/** Number of the day in UTC, since 1970. */
function dayOf(time: Date): number {
  return Math.floor(time.getTime() / MS_PER_DAY);
}
