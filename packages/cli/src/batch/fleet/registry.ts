/** The workers' announcements in Redis: their public key and their state. */
import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from '@nomyo/base';
import { RsaPublicKey } from '@nomyo/crypto';
import type { Redis } from 'ioredis';
import { keysKey, workersKey } from './names.js';

/** One worker, as `nomyo batch status` shows it. */
export interface WorkerFacts {
  readonly id: string;
  readonly key: string;
  readonly concurrency: number;
  /** Requests a second for the whole fleet; `null`: no limit. */
  readonly rate: number | null;
  /** By the clock of Redis, in Unix ms: those of the machines may differ. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly running: number;
  readonly answered: number;
  readonly failed: number;
}

/** Workers say every few seconds that they are there; one that is silent for longer is gone. In ms. */
export const BEAT_MS = 5_000;
const GONE_MS = 20_000;

/** A worker that has been gone for a day is forgotten. */
const FORGET_MS = 86_400_000;
const POLL_MS = 500;

/** Publishes the key that jobs are sealed to. */
export async function announceKey(redis: Redis, prefix: string, key: RsaPublicKey): Promise<void> {
  await redis.hset(keysKey(prefix), key.fingerprint, key.pem);
}

/** Unix ms. */
export async function redisNow(redis: Redis): Promise<number> {
  const [seconds, microseconds] = (await redis.time()).map(Number);
  return (seconds ?? 0) * 1_000 + Math.floor((microseconds ?? 0) / 1_000);
}

/** The worker is there now. */
export async function beat(redis: Redis, prefix: string, facts: Omit<WorkerFacts, 'seenAt'>): Promise<void> {
  const seen = { ...facts, seenAt: await redisNow(redis) } satisfies WorkerFacts;
  await redis.hset(workersKey(prefix), facts.id, JSON.stringify(seen));
}

/** Takes a worker off the list. */
export async function leave(redis: Redis, prefix: string, id: string): Promise<void> {
  await redis.hdel(workersKey(prefix), id);
}

/** Workers that are there. */
export async function liveWorkers(redis: Redis, prefix: string): Promise<readonly WorkerFacts[]> {
  const live: WorkerFacts[] = [];
  const now = await redisNow(redis);
  for (const [id, json] of Object.entries(await redis.hgetall(workersKey(prefix)))) {
    const facts = parse(json);
    const silentMs = now - (facts?.seenAt ?? 0);
    if (silentMs > FORGET_MS) await redis.hdel(workersKey(prefix), id);
    if (facts !== undefined && silentMs <= GONE_MS) live.push(facts);
  }
  return live;
}

/** Fingerprints of the keys that were ever announced. */
export const knownKeys = (redis: Redis, prefix: string): Promise<string[]> => redis.hkeys(keysKey(prefix));

/**
 * The key that most workers have; where none is there, the one that was announced. It waits for one.
 *
 * @throws {SecurityError} `INVALID_KEY`  @throws the signal's reason
 */
export async function groupKey(
  redis: Redis,
  prefix: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<RsaPublicKey> {
  for (let round = 0; ; round += 1) {
    const pem = await announced(redis, prefix);
    if (pem !== undefined) return RsaPublicKey.fromPem(pem);
    if (round === 0) onWait();
    await delay(POLL_MS, undefined, { signal });
  }
}

async function announced(redis: Redis, prefix: string): Promise<string | undefined> {
  const pems = await redis.hgetall(keysKey(prefix));
  const votes = new Map<string, number>();
  for (const { key } of await liveWorkers(redis, prefix)) votes.set(key, (votes.get(key) ?? 0) + 1);
  const ranked = Object.keys(pems).sort((one, other) => (votes.get(other) ?? 0) - (votes.get(one) ?? 0));
  const [first, second] = ranked;
  if (first === undefined) return undefined;
  // Of keys whose workers are all gone, any may come back.
  if (second !== undefined && !votes.has(first)) return undefined;
  return pems[first];
}

/** @returns `undefined` for what no worker has written */
function parse(json: string): WorkerFacts | undefined {
  try {
    const facts: unknown = JSON.parse(json);
    return isWorker(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

function isWorker(value: unknown): value is WorkerFacts {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['key'] !== 'string') return false;
  const counts = ['concurrency', 'startedAt', 'seenAt', 'running', 'answered', 'failed'];
  return counts.every((name) => typeof value[name] === 'number');
}
