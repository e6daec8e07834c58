/** A worker: takes jobs, opens them, calls, and seals what came of it. */
import type * as BullMq from 'bullmq';
import type { Redis } from 'ioredis';
import type { RsaPrivateKey } from '@nomyo/crypto';
import { failed, type Outcome } from '../output/result.js';
import { call, type Caller } from '../run/call.js';
import { Gate } from '../run/gate.js';
import { verdictOf } from '../run/verdict.js';
import { openJob, sealResult, type Job, type JobData } from './job.js';
import { queueName } from './names.js';

/** The dependencies of a worker. */
export interface WorkParts {
  readonly redis: Redis;
  readonly prefix: string;
  readonly key: RsaPrivateKey;
  readonly concurrency: number;
  readonly caller: Caller;
  /** No job would fare better: the worker is to end. */
  readonly onStop: (error: unknown) => void;
}

/** A worker that does not move for longer has lost its jobs, and another one takes them. In ms. */
const TIMES = { lock: 15_000, lookForStalled: 5_000 } as const;

/** A line whose workers end so often kills them, maybe; it becomes a dead letter. */
const MAX_STALLS = 10;

type Queued = BullMq.Job<JobData, string>;

/** Works until it is closed. */
export class FleetWorker {
  readonly #parts: WorkParts;
  readonly #bull: typeof BullMq;
  readonly #worker: BullMq.Worker<JobData, string>;
  readonly #gate = new Gate();
  readonly #ending = new AbortController();
  readonly counts = { running: 0, answered: 0, failed: 0 };
  #lastGood = performance.now();

  /** BullMQ is loaded here, so that no other command waits for it. */
  static async start(parts: WorkParts): Promise<FleetWorker> {
    return new FleetWorker(parts, await import('bullmq'));
  }

  private constructor(parts: WorkParts, bull: typeof BullMq) {
    const { redis, prefix, key, concurrency } = parts;
    this.#parts = parts;
    this.#bull = bull;
    this.#worker = new bull.Worker<JobData, string>(
      queueName(key.publicKey.fingerprint),
      (job, token) => this.#process(job, token),
      {
        connection: redis,
        prefix,
        concurrency,
        skipVersionCheck: true,
        lockDuration: TIMES.lock,
        stalledInterval: TIMES.lookForStalled,
        maxStalledCount: MAX_STALLS,
      },
    );
    this.#worker.on('error', () => undefined);
  }

  /** Takes no more jobs, and resolves when those under way have ended. */
  async close(): Promise<void> {
    const closed = this.#worker.close();
    this.#ending.abort();
    await closed;
  }

  async #process(queued: Queued, token: string | undefined): Promise<string> {
    this.counts.running += 1;
    try {
      const job = await this.#open(queued);
      const outcome = await this.#run(job, queued, token);
      this.counts[outcome.ok ? 'answered' : 'failed'] += 1;
      return await sealFor(job, outcome);
    } finally {
      this.counts.running -= 1;
    }
  }

  /** @throws {Error} whose message is a code: BullMQ stores it with the job */
  async #open({ data: { sealed } }: Queued): Promise<Job> {
    try {
      return await openJob(sealed, this.#parts.key);
    } catch {
      throw new Error('JOB_UNREADABLE');
    }
  }

  async #run(job: Job, queued: Queued, token: string | undefined): Promise<Outcome> {
    const { once, begun } = queued.data;
    if (once && begun) return INTERRUPTED;
    const caller = { ...this.#parts.caller, minimumTier: job.tier };
    for (let waits = 0; ; waits += 1) {
      await this.#pass(queued, token);
      if (once) await queued.updateData({ ...queued.data, begun: true });
      const { outcome, error } = await call(job.call, caller);
      if (outcome.ok) this.#lastGood = performance.now();
      if (outcome.ok || !this.#isPutOff(error, waits)) return outcome;
      if (once) await queued.updateData({ ...queued.data, begun: false });
    }
  }

  /** @throws {WaitingError} when the worker ends first: the job goes back into the queue */
  async #pass(queued: Queued, token: string | undefined): Promise<void> {
    try {
      await this.#gate.pass(this.#ending.signal);
    } catch {
      await queued.moveToWait(token);
      throw new this.#bull.WaitingError();
    }
  }

  #isPutOff(error: unknown, waits: number): boolean {
    const now = performance.now();
    const { caller, onStop } = this.#parts;
    const idleMs = now - this.#lastGood;
    const verdict = verdictOf(error, { waits, idleMs, maxRetries: caller.maxRetries });
    if (verdict.kind === 'fail') return false;
    if (verdict.kind === 'wait') this.#gate.closeFor(verdict.ms, now);
    else {
      this.#ending.abort();
      onStop(error);
    }
    return true;
  }
}

async function sealFor(job: Job, outcome: Outcome): Promise<string> {
  try {
    return await sealResult(outcome, job);
  } catch {
    throw new Error('REPLY_KEY_INVALID');
  }
}

const INTERRUPTED = failed(
  'POSSIBLY_EXECUTED',
  'a worker was killed after this line was sent; it may have been answered, and is not sent again',
);
