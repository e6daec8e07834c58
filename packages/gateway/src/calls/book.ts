/** Running and recent calls: sizes, names and times, never content. */

/** How a call ended. */
export type Outcome =
  'ok' | 'refused' | 'busy' | 'security' | 'router' | 'connection' | 'cancelled' | 'failed';

/** What is known about a call. */
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

const KEPT = 100;

/** Outcomes of calls that were sealed and sent to the router. */
const SENT: readonly Outcome[] = ['ok', 'security', 'router', 'connection', 'cancelled'];

/** Keeps track of calls. */
export class CallBook {
  readonly #live = new Map<number, Call>();
  readonly #recent: Call[] = [];
  readonly #onEnd: (call: Call) => void;
  #next = 1;
  readonly #whenEmpty: (() => void)[] = [];
  #totals: Totals = { sealed: 0, refused: 0, failed: 0 };

  constructor(onEnd: (call: Call) => void) {
    this.#onEnd = onEnd;
  }

  get totals(): Totals {
    return this.#totals;
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
    return this.#recent;
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
    if (call !== undefined) this.#live.set(id, { ...call, ...facts });
  }

  addBytes(id: number, count: number): void {
    const call = this.#live.get(id);
    if (call !== undefined) this.#live.set(id, { ...call, responseBytes: call.responseBytes + count });
  }

  /** Ends a call once; later ends are ignored. */
  end(id: number, outcome: Outcome): void {
    const call = this.#live.get(id);
    if (call === undefined) return;
    this.#live.delete(id);
    const done: Call = { ...call, outcome, state: 'done', durationMs: Date.now() - call.startedAt };
    this.#recent.unshift(done);
    this.#recent.length = Math.min(this.#recent.length, KEPT);
    const { sealed, refused, failed } = this.#totals;
    this.#totals = {
      sealed: sealed + (SENT.includes(outcome) ? 1 : 0),
      refused: refused + (SENT.includes(outcome) ? 0 : 1),
      failed: failed + (outcome === 'ok' || outcome === 'cancelled' ? 0 : 1),
    };
    this.#onEnd(done);
    if (this.#live.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
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
