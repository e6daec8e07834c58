/** The queue of a group of workers, as BullMQ has it, which is loaded for those commands alone that need it. */
import type { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobData } from './job.js';
import { queueName } from './names.js';

/** How long results and dead letters wait for their submitter, in seconds. */
const KEPT_S = 14 * 86_400;

/** Events between two looks of the submitter; the results themselves are kept elsewhere. */
const EVENTS = 1_000;

/** Every job is tried once: whether it may run again is for its worker to say. */
const JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: { age: KEPT_S },
  removeOnFail: { age: KEPT_S },
  keepLogs: 0,
  // Traces name files of the machine that a worker runs on.
  stackTraceLimit: 0,
} as const;

/** Jobs and results, all of them sealed. */
export type BatchQueue = Queue<JobData, string>;

/** Opens the queue of the workers whose group key has this fingerprint. */
export async function openQueue(redis: Redis, prefix: string, fingerprint: string): Promise<BatchQueue> {
  const bull = await import('bullmq');
  const queue: BatchQueue = new bull.Queue(queueName(fingerprint), {
    connection: redis,
    prefix,
    // It asks for INFO, which an ACL user may not have.
    skipVersionCheck: true,
    streams: { events: { maxLen: EVENTS } },
    defaultJobOptions: JOB_OPTIONS,
  });
  // The connection says when it is away; it comes back by itself.
  queue.on('error', () => undefined);
  return queue;
}

/** The events of the queue's jobs, on a separate connection. */
export async function openEvents(redis: Redis, prefix: string, fingerprint: string): Promise<QueueEvents> {
  const bull = await import('bullmq');
  const events = new bull.QueueEvents(queueName(fingerprint), {
    connection: redis.duplicate(),
    prefix,
    skipVersionCheck: true,
  });
  events.on('error', () => undefined);
  return events;
}
