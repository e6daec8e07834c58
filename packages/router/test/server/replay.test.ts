import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { whyNoRedis } from '@nomyo/testkit';
import { MapLost, MemoryReplayMap, type ReplayMap } from '../../src/server/replay/replay-map.js';
import { openReplays } from '../../src/server/replay/open.js';
import { RedisReplayMap } from '../../src/server/replay/redis-map.js';
import { redisClient, startRedis } from './redis.js';
import { CHAT, useStages } from './setup.js';

const stage = useStages();

const SEALED = new TextEncoder().encode('sealed');

/** The rules of SPEC section 9, in the order of its table. */
async function followSteps(map: ReplayMap): Promise<void> {
  const kinds: string[] = [];
  const enter = async (mapKey: string, fingerprint: string): Promise<void> => {
    const entered = await map.enter(mapKey, fingerprint, 1_000);
    kinds.push(entered.kind === 'stored' ? new TextDecoder().decode(entered.answer) : entered.kind);
  };
  await enter('a', 'f');
  await enter('a', 'f');
  await map.finish('a', SEALED, 1_000);
  await enter('a', 'f');
  await enter('a', 'g');
  await enter('b', 'f');
  await map.finish('b', undefined, 1_000);
  await enter('b', 'f');
  expect(kinds).toEqual(['new', 'replayed', 'sealed', 'duplicate', 'new', 'replayed']);
}

describe('the map in memory', () => {
  it('follows the table of the specification', () => followSteps(new MemoryReplayMap()));

  it('forgets an answer when more than 240 s have passed, and a request that runs only when none runs so long', async () => {
    const map = new MemoryReplayMap();
    await map.enter('running', 'f', 0);
    await map.enter('ended', 'f', 0);
    await map.finish('ended', SEALED, 0);
    expect((await map.enter('ended', 'f', 240)).kind).toBe('stored');
    expect((await map.enter('ended', 'f', 241)).kind).toBe('new');
    // A stream of an hour, and ten minutes of a drain.
    expect((await map.enter('running', 'f', 4_200)).kind).toBe('replayed');
    expect((await map.enter('running', 'f', 4_201)).kind).toBe('replayed');
    expect((await map.enter('running', 'f', 4_442)).kind).toBe('new');
  });

  it('forgets by the clock alone while a router has no requests', async () => {
    let ahead = 0;
    const map = new MemoryReplayMap();
    const now = (): number => Date.now() / 1_000 + ahead;
    const here = await stage({ replays: map, now, limits: { replaySweepMs: 10 } });
    await here.ask({ body: CHAT });
    ahead = 230;
    await pause(50);
    expect(map.size).toBe(1);
    ahead = 242;
    while (map.size > 0) await pause(10);
  });

  it('keeps several answers, each byte for byte', async () => {
    const map = new MemoryReplayMap();
    const sizes = [1, 262_144, 262_144, 1_300, 262_144, 262_144, 262_144, 2_000_000, 7];
    const answers = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
    for (const [i, answer] of answers.entries()) {
      await map.enter(String(i), 'f', 0);
      await map.finish(String(i), answer, 0);
    }
    for (const [i, answer] of answers.entries()) {
      const kept = await map.enter(String(i), 'f', 1);
      expect(kept.kind === 'stored' && Buffer.compare(kept.answer, answer)).toBe(0);
    }
  });

  it('is full when its entries or its bytes are used up, and drops none of them', async () => {
    const few = new MemoryReplayMap({ maxEntries: 1 });
    await few.enter('a', 'f', 0);
    await expect(few.enter('b', 'f', 0)).rejects.toMatchObject({ code: 'BUSY' });
    const small = new MemoryReplayMap({ maxBytes: SEALED.byteLength });
    await small.enter('a', 'f', 0);
    await small.finish('a', SEALED, 0);
    await expect(small.enter('b', 'f', 0)).rejects.toMatchObject({ code: 'BUSY' });
    expect((await small.enter('a', 'f', 0)).kind).toBe('stored');
  });
});

describe('a Redis that is not there', () => {
  it('is refused at once, and the message holds no password', async () => {
    const opening = openReplays('redis://:pass-word@127.0.0.1:1', 'realm', () => undefined);
    await expect(opening).rejects.toThrow(/^--redis cannot be reached$/u);
  });

  it('leaves nothing that keeps the process from its end', async () => {
    const module = new URL('../../dist/server/replay/open.js', import.meta.url).href;
    const script = `
      const { openReplays } = await import(${JSON.stringify(module)});
      await openReplays('redis://127.0.0.1:1', 'realm', () => undefined).catch(() => undefined);
      console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);`;
    const args = ['--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe('0\n');
  });

  it('is refused after a while when something else listens there that says nothing', async () => {
    const silent = createServer(() => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const opening = openReplays(`redis://127.0.0.1:${String(port)}`, 'realm', () => undefined);
    await expect(opening).rejects.toThrow(/^--redis cannot be reached$/u);
    silent.close();
  });
});

const suite = whyNoRedis === undefined ? describe : describe.skip;
suite(`the map in a real redis-server${whyNoRedis === undefined ? '' : ` (skipped: ${whyNoRedis})`}`, () => {
  it('follows the table of the specification', async () => {
    await followSteps(await RedisReplayMap.open(redisClient(await startRedis()), 'realm'));
  });

  it('lets only one of many routers run a request', async () => {
    const url = await startRedis();
    const maps = await Promise.all(
      Array.from({ length: 8 }, () => RedisReplayMap.open(redisClient(url), 'realm')),
    );
    const verdicts = await Promise.all(maps.flatMap((map) => [map.enter('one', 'f'), map.enter('one', 'f')]));
    expect(verdicts.filter(({ kind }) => kind === 'new')).toHaveLength(1);
    expect(verdicts.filter(({ kind }) => kind === 'replayed')).toHaveLength(15);
  });

  it('keeps realms apart, stores no request id, and lets entries end', async () => {
    const url = await startRedis();
    const redis = redisClient(url);
    const [one, other] = [await RedisReplayMap.open(redis, 'one'), await RedisReplayMap.open(redis, 'other')];
    await one.enter('a', 'f');
    expect((await other.enter('a', 'f')).kind).toBe('new');
    await one.finish('a', SEALED);
    const ttl = await redis.pttl('nomyo:{one}:r:a');
    expect(ttl).toBeGreaterThan(200_000);
    expect(ttl).toBeLessThanOrEqual(241_000);
  });

  it('reports its loss when Redis was flushed: once, then it continues', async () => {
    const redis = redisClient(await startRedis());
    const map = await RedisReplayMap.open(redis, 'realm');
    await map.enter('a', 'f');
    await redis.flushall();
    await expect(map.enter('a', 'f')).rejects.toThrow(MapLost);
    expect((await map.enter('b', 'f')).kind).toBe('new');
  });

  it('is refused when Redis may drop entries', async () => {
    const url = await startRedis('--maxmemory', '10mb', '--maxmemory-policy', 'allkeys-lru');
    await expect(openReplays(url, 'realm', () => undefined)).rejects.toThrow(/set noeviction/u);
  });
});
