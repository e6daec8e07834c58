/** Sends lines through the queue, and waits for what the workers make of them. */
import type { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RsaPrivateKey, RsaPublicKey } from '@nomyo/crypto';
import type { SecurityTier } from 'nomyo-js';
import { failed, type Outcome } from '../output/result.js';
import type { Called, Send, Turn } from '../run/send.js';
import type { FleetIdentity } from './identity.js';
import { openResult, sealJob, secretOf, type JobData } from './job.js';
import { jobId } from './names.js';
import type { BatchQueue } from './queue.js';

/** The dependencies of a submitter. */
export interface SubmitParts {
  readonly redis: Redis;
  readonly queue: BatchQueue;
  readonly events: QueueEvents;
  readonly identity: FleetIdentity;
  readonly key: RsaPrivateKey;
  readonly workers: RsaPublicKey;
  readonly tier: SecurityTier | undefined;
  readonly once: boolean;
  /** Dead letters of an earlier round are sent again. */
  readonly retries: boolean;
  /** Jobs a second; `undefined`: no limit. */
  readonly rate: number | undefined;
  /** Aborted when this run waits no longer. */
  readonly stop: AbortSignal;
}

/** Where a job is, as far as its submitter cares. */
type Found =
  | { readonly kind: 'none' | 'waiting' }
  | { readonly kind: 'result'; readonly sealed: string }
  | { readonly kind: 'dead'; readonly reason: string };

/** Events tell at once; a look at the jobs themselves misses none. In ms. */
const LOOK_MS = 5_000;

/** Submits one batch, and collects its results. */
export class Submitter {
  readonly #parts: SubmitParts;
  readonly #waiting = new Map<string, () => void>();
  readonly #look: NodeJS.Timeout;
  #nextAt = 0;

  constructor(parts: SubmitParts) {
    const { events, stop } = parts;
    this.#parts = parts;
    events.on('completed', ({ jobId: id }) => this.#waiting.get(id)?.());
    events.on('failed', ({ jobId: id }) => this.#waiting.get(id)?.());
    this.#look = setInterval(() => this.#wakeAll(), LOOK_MS);
    stop.addEventListener('abort', () => this.#wakeAll(), { once: true });
  }

  readonly send: Send = async (turn) => {
    const id = jobId(this.#parts.identity.id, turn.index);
    const begun = await this.#begin(id, turn);
    if (begun !== undefined) return begun;
    for (;;) {
      const news = this.#news(id);
      const found = await this.#find(id);
      if (found.kind === 'result') return this.#collect(id, turn, found.sealed);
      if (found.kind === 'dead') return done(deadLetter(found.reason));
      if (this.#parts.stop.aborted) return { kind: 'left' };
      if (found.kind === 'none') {
        if (this.#parts.once) return done(LOST);
        await this.#add(id, turn);
      }
      await news;
      this.#waiting.delete(id);
    }
  };

  async close(): Promise<void> {
    clearInterval(this.#look);
    await this.#parts.events.close();
  }

  /** @returns what became of it already; `undefined` when it is in the queue */
  async #begin(id: string, turn: Turn): Promise<Called | undefined> {
    const { once, retries } = this.#parts;
    const found = await this.#find(id);
    if (found.kind === 'dead' && retries) await this.#remove(id);
    else if (found.kind !== 'none') return undefined;
    else if (turn.wasSent && once) return done(LOST);
    await this.#pace();
    if (this.#parts.stop.aborted) return { kind: 'left' };
    await this.#add(id, turn);
    await turn.mark();
    return undefined;
  }

  async #add(id: string, { index, request }: Turn): Promise<void> {
    const { queue, identity, key, workers, tier, once } = this.#parts;
    const { url, body } = request;
    const secret = secretOf(identity.secret, index);
    const replyTo = key.publicKey.pem;
    const sealed = await sealJob({ call: { url, body }, tier, replyTo, secret }, workers);
    const data: JobData = { sealed, once, begun: false };
    // An id that is there already is left as it is: adding twice adds once.
    await queue.add('line', data, { jobId: id });
  }

  /** Results are taken out of Redis when the journal has them; see {@link forget}. */
  async #collect(id: string, { index }: Turn, sealed: string): Promise<Called> {
    const { key, identity } = this.#parts;
    const outcome = await openResult(sealed, key, secretOf(identity.secret, index));
    if (outcome !== undefined) return done(outcome);
    await this.#remove(id);
    return done(FORGED);
  }

  /** The outcome of a line is on the disk: what Redis has of it can go, but for dead letters, which are to be seen. */
  async forget(index: number): Promise<void> {
    const id = jobId(this.#parts.identity.id, index);
    const found = await this.#find(id);
    if (found.kind === 'result') await this.#remove(id);
  }

  async #remove(id: string): Promise<void> {
    await this.#parts.queue.remove(id);
  }

  async #find(id: string): Promise<Found> {
    const { redis, queue } = this.#parts;
    const [sealed, value, reason, end] = await redis.hmget(
      queue.toKey(id),
      'data',
      'returnvalue',
      'failedReason',
      'finishedOn',
    );
    if (typeof sealed !== 'string') return { kind: 'none' };
    if (typeof end !== 'string') return { kind: 'waiting' };
    if (typeof value === 'string') return { kind: 'result', sealed: textOf(value) };
    return { kind: 'dead', reason: reason ?? '' };
  }

  #news(id: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #wakeAll(): void {
    for (const resolve of this.#waiting.values()) resolve();
  }

  async #pace(): Promise<void> {
    const { rate, stop } = this.#parts;
    if (rate === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / rate;
    while (performance.now() < at && !stop.aborted) await pause(Math.min(at - performance.now(), 100));
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const done = (outcome: Outcome): Called => ({ kind: 'done', outcome });

/** BullMQ writes values as JSON. */
function textOf(value: string): string {
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

const LOST = failed(
  'POSSIBLY_EXECUTED',
  'the queue has lost this line: it may have been answered, and is not sent again by itself',
);

const FORGED = failed(
  'DECRYPTION_FAILED',
  'the result does not open with the key in --key-dir, or no worker has made it for this line',
);

/** The reason was written by a worker, or by BullMQ when workers ended again and again. */
function deadLetter(reason: string): Outcome {
  const code = /^[A-Z][A-Z_]{2,60}$/u.test(reason) ? reason : 'WORKER_LOST';
  return failed(code, 'the workers gave this line up; nomyo batch status lists it among the dead letters');
}
