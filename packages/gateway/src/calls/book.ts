/** Running and recent calls: sizes, names and times, never content. */

/** How a call ended. */
export type Outcome =
  'ok' | 'refused' | 'busy' | 'security' | 'router' | 'connection' | 'cancelled' | 'failed';

/** The facts about a call. */
export interface Call {
  readonly id: number;
  readonly dialect: string;
  /** As the client wrote it: it may be anything. */
  readonly model: string;
  readonly tier: string;
  readonly stream: boolean;
  /** Unix ms. */
  readonly startedAt: number;
  readonly requestBytes: number;
  readonly state: 'waiting' | 'running' | 'answering' | 'done';
  readonly status: number;
  readonly code: string;
  readonly outcome: Outcome | undefined;
  readonly responseBytes: number;
  readonly durationMs: number;
}

/** Totals since the start. */
export interface Totals {
  readonly sealed: number;
  readonly refused: number;
  readonly failed: number;
}

/** A call that has not ended: whoever carries it writes down what becomes known. */
export type LiveCall = { -readonly [Name in keyof Call]: Call[Name] };

const KEPT = 100;

/** Outcomes of calls that were sealed and sent to the router. */
const SENT: readonly Outcome[] = ['ok', 'security', 'router', 'connection', 'cancelled'];

/** Keeps track of calls. */
export class CallBook {
  readonly #live = new Map<number, LiveCall>();
  /** Oldest first. */
  readonly #ended: Call[] = [];
  readonly #onEnd: (call: Call) => void;
  #next = 1;
  readonly #whenEmpty: (() => void)[] = [];
  readonly #totals = { sealed: 0, refused: 0, failed: 0 };

  constructor(onEnd: (call: Call) => void) {
    this.#onEnd = onEnd;
  }

  get totals(): Totals {
    return { ...this.#totals };
  }

  get live(): readonly Call[] {
    return [...this.#live.values()];
  }

  /** Recent calls, newest first. */
  get recent(): readonly Call[] {
    return this.#ended.slice(-KEPT).reverse();
  }

  /** Resolves once no call is running. */
  empty(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  begin(dialect: string): LiveCall {
    const call: LiveCall = {
      id: this.#next,
      dialect,
      model: '',
      tier: '',
      stream: false,
      startedAt: Date.now(),
      requestBytes: 0,
      state: 'waiting',
      status: 0,
      code: '',
      outcome: undefined,
      responseBytes: 0,
      durationMs: 0,
    };
    this.#next += 1;
    this.#live.set(call.id, call);
    return call;
  }

  /** Ends a call once; later ends are ignored. */
  end(call: LiveCall, outcome: Outcome): void {
    if (!this.#live.delete(call.id)) return;
    call.outcome = outcome;
    call.state = 'done';
    call.durationMs = Date.now() - call.startedAt;
    this.#keep(call);
    this.#count(outcome);
    this.#onEnd(call);
    if (this.#live.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** The oldest are let go many at once: to move a hundred entries for every call would cost more than the call. */
  #keep(call: Call): void {
    this.#ended.push(call);
    if (this.#ended.length >= 2 * KEPT) this.#ended.splice(0, KEPT);
  }

  #count(outcome: Outcome): void {
    const wasSent = SENT.includes(outcome);
    if (wasSent) this.#totals.sealed += 1;
    else this.#totals.refused += 1;
    if (outcome !== 'ok' && outcome !== 'cancelled') this.#totals.failed += 1;
  }
}
