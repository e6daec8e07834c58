/** `nomyo batch status`: what is in the queues of a Redis, who works, and what was given up. */
import type { Redis } from 'ioredis';
import { openQueue, type BatchQueue } from '../../batch/fleet/queue.js';
import { connect, queuePlace } from '../../batch/fleet/redis.js';
import { knownKeys, liveWorkers, redisNow, type WorkerFacts } from '../../batch/fleet/registry.js';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { statusText, type GroupFacts } from './status-text.js';

/** So many dead letters are listed. */
const LISTED = 100;

/** Prints the state of every group, or of one. */
export async function run(context: Context): Promise<void> {
  const place = await queuePlace(context);
  if (place === undefined) throw new UsageError('--queue is missing: name the Redis that is to be looked at');
  const redis = await connect(place);
  try {
    const groups = await groupsOf(redis, place.prefix, context);
    const { output } = context;
    if (output.json) output.data({ groups });
    else output.line(statusText(groups, await redisNow(redis)));
  } finally {
    redis.disconnect();
  }
}

async function groupsOf(
  redis: Redis,
  prefix: string,
  { flags, output }: Context,
): Promise<readonly GroupFacts[]> {
  const groups: GroupFacts[] = [];
  const workers = await liveWorkers(redis, prefix);
  for (const key of await knownKeys(redis, prefix)) {
    const queue = await openQueue(redis, prefix, key);
    try {
      if (flags['retryDead'] === true) {
        output.note(`nomyo: ${await retryDead(redis, queue)} lines are tried again`);
      }
      groups.push(
        await factsOf(
          queue,
          key,
          workers.filter((worker) => worker.key === key),
        ),
      );
    } finally {
      await queue.close();
    }
  }
  return groups;
}

async function factsOf(queue: BatchQueue, key: string, workers: readonly WorkerFacts[]): Promise<GroupFacts> {
  const counts = await queue.getJobCounts(
    'waiting',
    'delayed',
    'prioritized',
    'active',
    'completed',
    'failed',
  );
  const count = (name: string): number => counts[name] ?? 0;
  const failed = await queue.getFailed(0, LISTED - 1);
  return {
    key,
    waiting: count('waiting') + count('delayed') + count('prioritized'),
    running: count('active'),
    uncollected: count('completed'),
    dead: count('failed'),
    deadLetters: failed.map((job) => ({
      id: job.id ?? '',
      reason: job.failedReason,
      at: job.finishedOn ?? 0,
      starts: job.attemptsStarted,
    })),
    workers,
  };
}

/**
 * Those that are there now: one that fails again at once is not tried for ever.
 *
 * @returns how many
 */
async function retryDead(redis: Redis, queue: BatchQueue): Promise<string> {
  let count = 0;
  for (const id of await redis.zrange(queue.toKey('failed'), '0', '-1')) {
    const job = await queue.getJob(id);
    if (job === undefined || !(await job.isFailed())) continue;
    // A line that must not run twice stays marked as begun, and its worker says so.
    await job.retry('failed');
    count += 1;
  }
  return String(count);
}
