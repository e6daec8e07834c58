/** The state of each line, at a few bytes per line. Pure. */
import type { DecodedRecord, JournalRecord, Runs } from './record.js';
import { runsOf } from './runs.js';

/** Where a line stands. */
export const STATE = { open: 0, sent: 1, answered: 2, failed: 3, skipped: 4 } as const;

/** One of {@link STATE}. */
export type State = (typeof STATE)[keyof typeof STATE];

const STATES: readonly State[] = Object.values(STATE);

/** Where in the journal the output's line is. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Tokens. */
export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** One byte for the state of each line. */
export class Ledger {
  /** Lines of the input. */
  readonly size: number;
  readonly #states: Uint8Array;
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  #replyKey: string | undefined;
  readonly #counts = { answered: 0, failed: 0, skipped: 0, input: 0, output: 0 };

  constructor(size: number) {
    this.size = size;
    this.#states = new Uint8Array(new ArrayBuffer(size));
    this.#offsets = new Float64Array(new ArrayBuffer(size * Float64Array.BYTES_PER_ELEMENT));
    this.#lengths = new Uint32Array(new ArrayBuffer(size * Uint32Array.BYTES_PER_ELEMENT));
  }

  get answered(): number {
    return this.#counts.answered;
  }

  get failed(): number {
    return this.#counts.failed;
  }

  /** Lines that take part: without those that --retry leaves alone. */
  get total(): number {
    return this.size - this.#counts.skipped;
  }

  get isComplete(): boolean {
    return this.answered + this.failed === this.total;
  }

  get usage(): Usage {
    return { input: this.#counts.input, output: this.#counts.output };
  }

  /** Fingerprint of the key that workers seal results to, where lines were submitted with one that is kept. */
  get replyKey(): string | undefined {
    return this.#replyKey;
  }

  stateOf(index: number): State {
    return STATES[this.#states[index] ?? STATE.open] ?? STATE.open;
  }

  /** Reports whether a line has its outcome. */
  isDone(index: number): boolean {
    const state = this.stateOf(index);
    return state === STATE.answered || state === STATE.failed;
  }

  placeOf(index: number): Place {
    return { offset: this.#offsets[index] ?? 0, length: this.#lengths[index] ?? 0 };
  }

  /** Leaves out a line: it is neither sent nor written. */
  skip(index: number): void {
    if (this.#states[index] !== STATE.open) return;
    this.#states[index] = STATE.skipped;
    this.#counts.skipped += 1;
  }

  /** Takes in a record. @param at where the journal's line of it begins */
  take({ record, lineStart, lineLength }: DecodedRecord, at: number): void {
    if (record.kind === 'spent') this.#spend(record);
    if (record.kind === 'key') this.#replyKey = record.fingerprint;
    if (record.kind === 'sent' || record.kind === 'unsent') this.#mark(record);
    if (record.kind !== 'done' || this.#takesNoMore(record.index)) return;
    this.#states[record.index] = record.ok ? STATE.answered : STATE.failed;
    this.#counts[record.ok ? 'answered' : 'failed'] += 1;
    this.#spend(record);
    this.#offsets[record.index] = at + lineStart;
    this.#lengths[record.index] = lineLength;
  }

  failures(): Runs {
    return runsOf(this.size, (index) => this.#states[index] === STATE.failed);
  }

  #mark({ kind, index }: Extract<JournalRecord, { readonly kind: 'sent' | 'unsent' }>): void {
    if (this.#takesNoMore(index)) return;
    this.#states[index] = kind === 'sent' ? STATE.sent : STATE.open;
  }

  #takesNoMore(index: number): boolean {
    return index >= this.size || this.isDone(index);
  }

  #spend({ input, output }: Usage): void {
    this.#counts.input += input;
    this.#counts.output += output;
  }
}
