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

/** A call in the book's own hands. */
type Entry = { -readonly [Name in keyof Call]: Call[Name] };

const KEPT = 100;

/** Outcomes of calls that were sealed and sent to the router. */
const SENT: readonly Outcome[] = ['ok', 'security', 'router', 'connection', 'cancelled'];

/** Keeps track of calls. */
export class CallBook {
  readonly #live = new Map<number, Entry>();
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

  /** A call that has not ended. */
  find(id: number): Call | undefined {
    return this.#live.get(id);
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

  begin(facts: Pick<Call, 'dialect'>): number {
    const id = this.#next;
    this.#next += 1;
    this.#live.set(id, { ...NEW, ...facts, id, startedAt: Date.now() });
    return id;
  }

  update(id: number, facts: Partial<Omit<Call, 'id'>>): void {
    const call = this.#live.get(id);
    if (call !== undefined) Object.assign(call, facts);
  }

  addBytes(id: number, count: number): void {
    const call = this.#live.get(id);
    if (call !== undefined) call.responseBytes += count;
  }

  /** Ends a call once; later ends are ignored. */
  end(id: number, outcome: Outcome): void {
    const call = this.#live.get(id);
    if (call === undefined) return;
    this.#live.delete(id);
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

const NEW: Omit<Call, 'id' | 'dialect' | 'startedAt'> = {
  model: '',
  tier: '',
  stream: false,
  requestBytes: 0,
  state: 'waiting',
  status: 0,
  code: '',
  outcome: undefined,
  responseBytes: 0,
  durationMs: 0,
};
