import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MemoryReplayMap } from '../../src/server/replay/memory-map.js';
import { openReplays } from '../../src/server/replay/open.js';
import { RedisReplayMap } from '../../src/server/replay/redis-map.js';
import type { ReplayKey, ReplayMap } from '../../src/server/replay/replay-map.js';
import { HpkeRequestOpener } from '../../src/server/protocol/request-opener.js';
import { hex, hexOf, keysOfVectors, vectors } from './protocol/vectors.js';
import { redisClient, startRedis, whyNoRedis } from './redis.js';

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** What SPEC §9 looks a request up by, computed from the opened message. */
async function keyOf(message: Uint8Array): Promise<ReplayKey> {
  const keys = await keysOfVectors();
  const timestamp = Number(Buffer.from(message).readBigUInt64BE(36));
  const opener = new HpkeRequestOpener({
    keyId: hexOf(message.subarray(4, 20)),
    findKey: (id) => keys.find((key) => key.id === id),
    now: timestamp,
    clock: () => timestamp,
    maxRequest: 10_485_760,
  });
  await opener.push(message);
  const { head, requestId, fingerprint } = await opener.finish();
  return {
    id: sha256(head.authorization ?? '', '\0', hex(requestId)),
    fingerprint: sha256(fingerprint),
  };
}

const KIND = { new: 'run', stored: 'kept', duplicate: 'duplicate', replayed: 'replayed' } as const;

async function followSteps(map: ReplayMap, setClock: (ms: number) => void): Promise<void> {
  for (const { now, message, expect: expected, then } of vectors.replays) {
    setClock(now * 1_000);
    const key = await keyOf(hex(message));
    const verdict = await map.enter(key);
    expect(verdict.kind).toBe(KIND[expected]);
    if (then === 'run, answer kept') await map.finish(key, hex('c0ffee'));
    if (then === 'run, answer not kept') await map.finish(key, undefined);
    if (verdict.kind === 'kept') expect(hexOf(verdict.answer)).toBe('c0ffee');
  }
}

describe('the map in memory', () => {
  it('follows the steps of the vectors', async () => {
    let clock = 0;
    await followSteps(new MemoryReplayMap({ now: () => clock }), (ms) => (clock = ms));
  });

  it('forgets an answer 241 s after its end, and never one that runs', async () => {
    let clock = 1_000_000;
    const map = new MemoryReplayMap({ now: () => clock });
    const [running, ended] = ['a', 'b'].map((id) => ({ id, fingerprint: 'f' }));
    if (running === undefined || ended === undefined) throw new Error('no keys');
    await map.enter(running);
    await map.enter(ended);
    await map.finish(ended, hex('00'));
    clock += 240_999;
    expect((await map.enter(ended)).kind).toBe('kept');
    clock += 6_000;
    expect((await map.enter(ended)).kind).toBe('run');
    expect((await map.enter(running)).kind).toBe('replayed');
  });

  it('is full when its entries or its bytes are used up', async () => {
    const few = new MemoryReplayMap({ maxEntries: 1 });
    await few.enter({ id: 'a', fingerprint: 'f' });
    expect((await few.enter({ id: 'b', fingerprint: 'f' })).kind).toBe('full');
    const small = new MemoryReplayMap({ maxBytes: 300_000 });
    await small.enter({ id: 'a', fingerprint: 'f' });
    await small.finish({ id: 'a', fingerprint: 'f' }, new Uint8Array(100_000));
    expect((await small.enter({ id: 'b', fingerprint: 'f' })).kind).toBe('full');
    expect((await small.enter({ id: 'a', fingerprint: 'f' })).kind).toBe('kept');
  });
});

const suite = whyNoRedis === undefined ? describe : describe.skip;
suite(`the map in a real redis-server${whyNoRedis === undefined ? '' : ` (skipped: ${whyNoRedis})`}`, () => {
  it('follows the steps of the vectors', async () => {
    await followSteps(await RedisReplayMap.open(redisClient(await startRedis()), 'realm'), () => undefined);
  });

  it('lets one alone of many routers run a request', async () => {
    const url = await startRedis();
    const maps = await Promise.all(
      Array.from({ length: 8 }, () => RedisReplayMap.open(redisClient(url), 'realm')),
    );
    const key = { id: 'one', fingerprint: 'f' };
    const verdicts = await Promise.all(maps.flatMap((map) => [map.enter(key), map.enter(key)]));
    expect(verdicts.filter(({ kind }) => kind === 'run')).toHaveLength(1);
    expect(verdicts.filter(({ kind }) => kind === 'replayed')).toHaveLength(15);
  });

  it('keeps realms apart, stores no request id, and lets entries end', async () => {
    const url = await startRedis();
    const redis = redisClient(url);
    const [one, other] = [await RedisReplayMap.open(redis, 'one'), await RedisReplayMap.open(redis, 'other')];
    const key = { id: 'a', fingerprint: 'f' };
    await one.enter(key);
    expect((await other.enter(key)).kind).toBe('run');
    await one.finish(key, hex('00'));
    const ttl = await redis.pttl('nomyo:{one}:r:a');
    expect(ttl).toBeGreaterThan(200_000);
    expect(ttl).toBeLessThanOrEqual(241_000);
  });

  it('says that it was lost when Redis was flushed: once, then it goes on', async () => {
    const redis = redisClient(await startRedis());
    const map = await RedisReplayMap.open(redis, 'realm');
    await map.enter({ id: 'a', fingerprint: 'f' });
    await redis.flushall();
    expect((await map.enter({ id: 'a', fingerprint: 'f' })).kind).toBe('lost');
    expect((await map.enter({ id: 'b', fingerprint: 'f' })).kind).toBe('run');
  });

  it('is refused when Redis may drop entries', async () => {
    const url = await startRedis('--maxmemory', '10mb', '--maxmemory-policy', 'allkeys-lru');
    await expect(openReplays(url, 'realm', () => undefined)).rejects.toThrow(/set noeviction/u);
  });

  it('is refused when there is no Redis, and the message holds no password', async () => {
    const opening = openReplays('redis://:pass-word@127.0.0.1:1', 'realm', () => undefined);
    await expect(opening).rejects.toThrow(/^--redis cannot be reached$/u);
  });
});
