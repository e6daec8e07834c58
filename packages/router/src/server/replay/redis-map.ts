/**
 * The map in Redis, for a fleet: one round trip and one script per step, so that two routers never both run a request.
 * Only hashes and sealed bytes are stored: Redis learns nothing about a request.
 *
 * The map must be as durable as the private keys (SPEC §9). A mark in Redis identifies the map: if Redis is
 * flushed or restarted empty, the mark is gone, and every router destroys its keys.
 */
import { randomBytes } from 'node:crypto';
import { concatBytes, isBytes, utf8Decode } from '@nomyo/base';
import { LIMITS, type Entered } from '@nomyo/protocol-v2';
import { LONGEST_RUN_SECONDS, MapLost, type ReplayMap } from './replay-map.js';

/** The ioredis commands in use. */
export interface RedisClient {
  callBuffer(...args: [command: string, ...args: (string | number | Buffer)[]]): Promise<unknown>;
  quit(): Promise<unknown>;
}

/** SPEC section 9: an entry lives until more than 240 s have passed since its answer ended. In ms. */
const ENTRY_MS = (LIMITS.replayLife + 1) * 1_000;

/** Lifetime of an entry whose router died: the longest run plus the lifetime of any entry. In ms. */
const RUNNING_MS = LONGEST_RUN_SECONDS * 1_000 + ENTRY_MS;

/** KEYS: mark, entry. ARGV: the mark, the fingerprint, ms to live while it runs. */
const ENTER = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local f = redis.call('HGET', KEYS[2], 'f')
if not f then
  redis.call('HSET', KEYS[2], 'f', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return 'new'
end
if f ~= ARGV[2] then return 'duplicate' end
local a = redis.call('HGET', KEYS[2], 'a')
if a then return {'stored', a} end
return 'replayed'`;

/** KEYS: entry. ARGV: the fingerprint, ms to live from now on, and the answer where it is kept. */
const FINISH = `
if redis.call('HGET', KEYS[1], 'f') ~= ARGV[1] then return 0 end
if ARGV[3] then redis.call('HSET', KEYS[1], 'a', ARGV[3]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** KEYS: mark. ARGV: a mark to set when there is none. Returns the current mark. */
const MARK = `redis.call('SET', KEYS[1], ARGV[1], 'NX') return redis.call('GET', KEYS[1])`;

/** The replay map of a fleet. */
export class RedisReplayMap implements ReplayMap {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  /** Fingerprints of running requests: a flushed Redis may hold a different entry of the same name. */
  readonly #running = new Map<string, string>();
  #mark = '';

  private constructor(redis: RedisClient, realm: string) {
    this.#redis = redis;
    // The braces keep all keys of a realm in one slot of a cluster.
    this.#prefix = `nomyo:{${realm}}:`;
  }

  static async open(redis: RedisClient, realm: string): Promise<RedisReplayMap> {
    const map = new RedisReplayMap(redis, realm);
    await map.#readMark();
    return map;
  }

  /** @throws {MapLost} once, after Redis lost its data */
  async enter(id: string, fingerprint: string): Promise<Entered> {
    const keys = [this.#markKey, this.#entryKey(id)];
    const verdict = await this.#run(ENTER, keys, [this.#mark, fingerprint, RUNNING_MS]);
    if (Array.isArray(verdict)) return storedVerdict(verdict);
    const kind = textOf(verdict);
    if (kind === 'new') this.#running.set(id, fingerprint);
    if (kind === 'new' || kind === 'replayed' || kind === 'duplicate') return { kind };
    // The caller makes new keys and continues with the current mark.
    await this.#readMark();
    throw new MapLost();
  }

  async finish(id: string, answer: Uint8Array | undefined): Promise<void> {
    const fingerprint = this.#running.get(id) ?? '';
    this.#running.delete(id);
    const kept =
      answer === undefined ? [] : [Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)];
    await this.#run(FINISH, [this.#entryKey(id)], [fingerprint, ENTRY_MS, ...kept]);
  }

  async close(): Promise<void> {
    await this.#redis.quit();
  }

  #run(
    script: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    return this.#redis.callBuffer('EVAL', script, keys.length, ...keys, ...args);
  }

  get #markKey(): string {
    return `${this.#prefix}map`;
  }

  #entryKey(id: string): string {
    return `${this.#prefix}r:${id}`;
  }

  async #readMark(): Promise<void> {
    const mark = await this.#run(MARK, [this.#markKey], [randomBytes(16).toString('hex')]);
    this.#mark = textOf(mark);
  }
}

function storedVerdict([, answer]: readonly unknown[]): Entered {
  return isBytes(answer) ? { kind: 'stored', answer: concatBytes(answer) } : { kind: 'replayed' };
}

function textOf(value: unknown): string {
  return isBytes(value) ? utf8Decode(value) : '';
}
