/**
 * The outputs, in the order of the input: a line is written as soon as all before it are. They grow next to their final
 * places (`OUT.partial`) and take them at the end. A resumed run writes them anew from the journal.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync } from 'node:fs';
import type { Journal } from '../journal/journal.js';
import { STATE, type Ledger } from '../journal/ledger.js';
import { createPrivate, putInPlace, writeFully } from './files.js';

/** Where answers go, and where failures go; the same file when no other was named. */
export interface OutputPaths {
  readonly output: string;
  readonly errors: string | undefined;
}

/** SHA-256 of the outputs, in hex. */
export interface OutputSums {
  readonly output: string;
  readonly errors: string | undefined;
}

const partialOf = (path: string): string => `${path}.partial`;

/** Writes both outputs of a batch. */
export class Publisher {
  readonly #paths: OutputPaths;
  readonly #ledger: Ledger;
  readonly #journal: Journal;
  readonly #answers: PartialFile;
  readonly #failures: PartialFile;
  /** Lines that came a moment ago: most are written without a look into the journal. */
  readonly #fresh = new Map<number, Uint8Array>();
  #freshBytes = 0;
  #next = 0;
  #flushing: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(paths: OutputPaths, ledger: Ledger, journal: Journal) {
    this.#paths = paths;
    this.#ledger = ledger;
    this.#journal = journal;
    this.#answers = new PartialFile(partialOf(paths.output));
    this.#failures = paths.errors === undefined ? this.#answers : new PartialFile(partialOf(paths.errors));
  }

  /** A line that the journal has got; it is kept at hand where there is room. */
  offer(index: number, line: Uint8Array): void {
    if (this.#freshBytes + line.byteLength > FRESH_BYTES) return;
    this.#fresh.set(index, line);
    this.#freshBytes += line.byteLength;
  }

  /**
   * Writes the lines whose turn it is, those of a moment with one system call: the journal has them already.
   *
   * @throws what the disk has said
   */
  advance(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    for (; this.#next < this.#ledger.size; this.#next += 1) {
      const state = this.#ledger.stateOf(this.#next);
      if (state === STATE.open || state === STATE.sent) break;
      if (state === STATE.skipped) continue;
      const file = state === STATE.answered ? this.#answers : this.#failures;
      file.add(this.#take(this.#next));
    }
    this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** The next caller is told that it failed. */
  #flush(): void {
    this.#flushing = undefined;
    try {
      this.#answers.flush();
      this.#failures.flush();
    } catch (error) {
      this.#failure = { error };
    }
  }

  #take(index: number): Uint8Array {
    const line = this.#fresh.get(index);
    if (line === undefined) return this.#journal.readLine(this.#ledger.placeOf(index));
    this.#fresh.delete(index);
    this.#freshBytes -= line.byteLength;
    return line;
  }

  /** Every line is there: the files take their places. Errors first, so that an output means that all is there. */
  finish(): OutputSums {
    this.advance();
    this.close();
    const { output, errors } = this.#paths;
    if (errors !== undefined) putInPlace(partialOf(errors), errors);
    putInPlace(partialOf(output), output);
    const failures = errors === undefined ? undefined : this.#failures.sha256();
    return { output: this.#answers.sha256(), errors: failures };
  }

  /** Leaves the files where they are. */
  close(): void {
    clearTimeout(this.#flushing);
    this.#answers.close();
    this.#failures.close();
  }
}

/** Gathers lines, so that a resumed run writes the first hundred thousand in a few system calls. */
class PartialFile {
  readonly #fd: number;
  #lines: Uint8Array[] = [];
  #bytes = 0;
  #isClosed = false;
  readonly #sum = createHash('sha256');

  constructor(path: string) {
    this.#fd = createPrivate(path);
  }

  add(line: Uint8Array): void {
    this.#lines.push(line);
    this.#bytes += line.byteLength + 1;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const whole = new Uint8Array(new ArrayBuffer(this.#bytes));
    let at = 0;
    for (const line of this.#lines) {
      whole.set(line, at);
      at += line.byteLength;
      whole[at] = LINE_FEED;
      at += 1;
    }
    this.#lines = [];
    this.#bytes = 0;
    writeFully(this.#fd, whole);
    this.#sum.update(whole);
  }

  /** Of all that was written, in hex; once. */
  sha256(): string {
    return this.#sum.digest('hex');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.flush();
      fsyncSync(this.#fd);
    } finally {
      closeSync(this.#fd);
    }
  }
}

const FLUSH_BYTES = 256 * 1024;

/** How long a line may wait for others, in ms. */
const FLUSH_MS = 20;

/** So much is kept at hand while a line before it is missing. */
const FRESH_BYTES = 8 * 1024 * 1024;
const LINE_FEED = 0x0a;
