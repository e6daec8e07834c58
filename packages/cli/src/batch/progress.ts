/** How far a batch is: a line that changes on a terminal, one line a minute elsewhere. The text is pure. */
import { durationLeft } from '../io/duration.js';
import type { Output } from '../io/output.js';
import type { Ledger } from './journal/ledger.js';

/** The facts shown. */
export interface ProgressFacts {
  readonly total: number;
  readonly answered: number;
  readonly failed: number;
  /** Done in this run, and for how long it has been running, in ms. */
  readonly fresh: number;
  readonly elapsedMs: number;
  readonly tokens: number;
}

const SECOND_MS = 1_000;

function progressText({ total, answered, failed, fresh, elapsedMs, tokens }: ProgressFacts): string {
  const done = answered + failed;
  const rate = elapsedMs > 0 ? (fresh * SECOND_MS) / elapsedMs : 0;
  const left = rate > 0 ? `${durationLeft((total - done) / rate)} left` : 'time left unknown';
  const share = total === 0 ? 100 : Math.floor((done * 100) / total);
  return [
    `${String(done)} of ${String(total)} (${String(share)} %)`,
    `${String(failed)} failed`,
    `${rate.toFixed(rate < 10 ? 1 : 0)} a second`,
    left,
    `${String(tokens)} tokens`,
  ].join(', ');
}

const TERMINAL_MS = 500;
const LOG_MS = 60_000;

/** Tells how far a ledger is until it is stopped. */
export class Progress {
  readonly #output: Output;
  readonly #ledger: Ledger;
  readonly #start = performance.now();
  readonly #before: number;
  readonly #timer: NodeJS.Timeout;

  constructor(output: Output, ledger: Ledger) {
    this.#output = output;
    this.#ledger = ledger;
    this.#before = ledger.answered + ledger.failed;
    this.#timer = setInterval(() => this.#tell(), output.canDraw ? TERMINAL_MS : LOG_MS);
  }

  get text(): string {
    const { total, answered, failed, usage } = this.#ledger;
    return progressText({
      total,
      answered,
      failed,
      fresh: answered + failed - this.#before,
      elapsedMs: performance.now() - this.#start,
      tokens: usage.input + usage.output,
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#output.canDraw) this.#output.rewrite('');
  }

  #tell(): void {
    if (this.#output.canDraw) this.#output.rewrite(`nomyo: ${this.text}`);
    else this.#output.note(`nomyo: ${this.text}`);
  }
}
