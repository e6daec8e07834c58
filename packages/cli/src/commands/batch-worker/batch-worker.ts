/** `nomyo batch-worker`: runs until a signal ends it. */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RsaPrivateKey } from '@nomyo/crypto';
import type { SecureChatCompletion, SecureChatCompletionConfig } from 'nomyo-js';
import { redisRateLimit } from 'nomyo-js/redis-rate-limit';
import { fleetKey } from '../../batch/fleet/key-pair.js';
import { ratePrefix } from '../../batch/fleet/names.js';
import { connect, queuePlace, type QueuePlace } from '../../batch/fleet/redis.js';
import { announceKey, beat, BEAT_MS, leave, redisNow, type WorkerFacts } from '../../batch/fleet/registry.js';
import { FleetWorker } from '../../batch/fleet/work.js';
import { concurrencyOf, rateOf } from '../../batch/flags.js';
import { tierOf } from '../../client/config.js';
import { limitOf } from '../../client/rate.js';
import { withClient } from '../../client/session.js';
import type { Context } from '../../context.js';
import { EXIT, Interrupted, UsageError } from '../../exit/codes.js';

const DEFAULT_CONCURRENCY = 16;
const DEFAULT_RETRIES = 2;

/** Answers jobs until SIGTERM, then ends those under way. */
export async function run(context: Context): Promise<void> {
  const place = await queuePlace(context);
  if (place === undefined) {
    throw new UsageError('--queue is missing: name the Redis that the jobs come through');
  }
  const concurrency = concurrencyOf(context.flags) ?? DEFAULT_CONCURRENCY;
  const rate = rateOf(context.flags);
  const redis = await connect(place);
  try {
    const key = await fleetKey(context);
    try {
      await serve(context, { place, redis, key, concurrency, rate });
    } finally {
      key.dispose();
    }
  } finally {
    redis.disconnect();
  }
}

interface ServeParts {
  readonly place: QueuePlace;
  readonly redis: Redis;
  readonly key: RsaPrivateKey;
  readonly concurrency: number;
  readonly rate: number | undefined;
}

/** Jobs are opened with the pair in --key-dir; calls have one of their own, in memory, which is replaced every day. */
async function serve(context: Context, parts: ServeParts): Promise<void> {
  const { keyDir: _keyDir, ...settings } = context.settings;
  const withoutFiles = { ...context, settings: { ...settings, ephemeral: true } };
  await withClient(
    withoutFiles,
    async ({ client, context: local }) => {
      await client.ready();
      await work(local, client, parts);
    },
    ({ settings: { baseUrl } }) => rateLimit(baseUrl, parts),
  );
}

/** One budget for the fleet. Redis counts whole windows, and two of them can meet in a second. */
function rateLimit(
  baseUrl: string | undefined,
  { redis, rate, place }: ServeParts,
): SecureChatCompletionConfig {
  const limit = limitOf(baseUrl === undefined ? {} : { baseUrl }, rate);
  if (limit === undefined) return {};
  const { requestsPerSecond } = limit;
  const burst = 2 * Math.max(1, Math.ceil(requestsPerSecond));
  const keyPrefix = ratePrefix(place.prefix);
  return { rateLimit: redisRateLimit({ client: redis, requestsPerSecond, burst, keyPrefix }) };
}

async function work(context: Context, client: SecureChatCompletion, parts: ServeParts): Promise<void> {
  const { redis, place, key, concurrency } = parts;
  const { output, settings } = context;
  const ended = untilEnd(context);
  const caller = { client, tier: tierOf(context), maxRetries: settings.maxRetries ?? DEFAULT_RETRIES };
  const worker = await FleetWorker.start({
    redis,
    prefix: place.prefix,
    key,
    concurrency,
    caller,
    onStop: (error) => ended.fail(error),
  });
  const presence = await announce(worker, context, parts);
  output.note(`nomyo: a worker is ready; its key is ${key.publicKey.fingerprint}`);
  try {
    await ended.promise;
  } finally {
    await worker.close();
    await presence.end();
  }
}

/** Says that the worker is there, now and every few seconds. */
async function announce(
  worker: FleetWorker,
  { flags }: Context,
  { redis, place: { prefix }, key, concurrency }: ServeParts,
): Promise<{ end: () => Promise<void> }> {
  const id = randomBytes(6).toString('hex');
  const startedAt = await redisNow(redis);
  const facts = (): Omit<WorkerFacts, 'seenAt'> => ({
    id,
    key: key.publicKey.fingerprint,
    concurrency,
    rate: rateOf(flags) ?? null,
    startedAt,
    ...worker.counts,
  });
  await announceKey(redis, prefix, key.publicKey);
  await beat(redis, prefix, facts());
  const timer = setInterval(() => void beat(redis, prefix, facts()).catch(() => undefined), BEAT_MS);
  return {
    end: async () => {
      clearInterval(timer);
      await leave(redis, prefix, id);
    },
  };
}

interface Ending {
  readonly promise: Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** SIGTERM is how a worker is meant to end; a second signal ends it at once. */
function untilEnd(context: Context): Ending {
  let fail: Ending['fail'] = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    fail = reject;
    let signals = 0;
    context.takeSignals((name) => {
      signals += 1;
      if (signals > 1) process.exit(EXIT.interrupted);
      context.output.note('nomyo: no new lines; those under way end first. A second signal ends at once.');
      if (name === 'SIGTERM') resolve();
      else reject(new Interrupted('interrupted'));
    });
  });
  return { promise, fail };
}
