/** Opens the configured replay map. ioredis is loaded only if Redis is used. */
import type { Redis } from 'ioredis';
import { UsageError } from '../../usage-error.js';
import { RedisReplayMap, type RedisClient } from './redis-map.js';
import { MemoryReplayMap, type MemoryMapOptions, type ReplayMap } from './replay-map.js';

const COMMAND_TIMEOUT_MS = 2_000;

/** Between two attempts to reach a Redis that was there before. */
const LONGEST_PAUSE_MS = 2_000;

/** The map and the connection it shares with the fleet. */
export interface OpenReplays {
  readonly replays: ReplayMap;
  readonly redis: RedisClient | undefined;
}

/**
 * @param bounds of a map in memory; Redis has its own
 * @throws {UsageError} when ioredis is not installed, or Redis cannot be used
 */
export async function openReplays(
  url: string | undefined,
  realm: string,
  onTrouble: (message: string) => void,
  bounds: MemoryMapOptions = {},
): Promise<OpenReplays> {
  if (url === undefined) return { replays: new MemoryReplayMap(bounds), redis: undefined };
  const redis = await connect(url, onTrouble);
  try {
    await refuseEviction(redis);
    return { replays: await RedisReplayMap.open(redis, realm), redis };
  } catch (error) {
    redis.disconnect();
    throw error instanceof UsageError
      ? error
      : new UsageError('--redis cannot be reached, or refuses the router');
  }
}

type Connection = RedisClient & {
  info(section: string): Promise<string>;
  disconnect(): void;
};

async function connect(url: string, onTrouble: (message: string) => void): Promise<Connection> {
  const ioredis = await load();
  let wasReady = false;
  const redis = new ioredis.Redis(url, {
    lazyConnect: true,
    // Fail fast: a request does not wait for Redis to come back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (times) => (wasReady ? Math.min(times * 50, LONGEST_PAUSE_MS) : null),
  });
  // Its messages can quote the URL, including a password.
  redis.on('error', () => onTrouble('Redis is away'));
  try {
    await redis.connect();
    wasReady = true;
  } catch {
    // Of a connection that has ended already, ioredis would wait two seconds for the end.
    if (redis.status !== 'end') redis.disconnect();
    throw new UsageError('--redis cannot be reached');
  }
  return redis;
}

async function load(): Promise<{ readonly Redis: typeof Redis }> {
  try {
    return await import('ioredis');
  } catch {
    throw new UsageError('--redis needs ioredis: npm install ioredis');
  }
}

/** If Redis evicts entries when memory is full, a request could run twice. */
async function refuseEviction(redis: Connection): Promise<void> {
  const memory = await redis.info('memory');
  const policy = /^maxmemory_policy:(?<policy>\S+)/mu.exec(memory)?.groups?.['policy'] ?? 'noeviction';
  const limit = /^maxmemory:(?<limit>\d+)/mu.exec(memory)?.groups?.['limit'] ?? '0';
  if (policy === 'noeviction' || limit === '0') return;
  throw new UsageError(
    `--redis has maxmemory-policy ${policy}, and may drop entries: a request could run twice; set noeviction`,
  );
}
