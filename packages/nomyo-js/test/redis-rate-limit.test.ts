import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { whyNoRedis } from '@nomyo/testkit';
import { APIConnectionError, InvalidArgumentError } from '../src/index.js';
import { redisRateLimit, windowOf, type RedisRateLimitOptions } from '../src/redis-rate-limit.js';
import { redisClient, redisServer } from './redis.js';
import { cleanUp, client, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

const LIMIT = { requestsPerSecond: 2, burst: 4 } as const;

describe('windowOf', () => {
  it.each([
    [2, 4, 2, 1],
    [1, 2, 1, 1],
    [1.5, 6, 3, 2],
    [0.1, 1, 1, 10],
    [10, 12, 6, 1],
    [1000, 1_000_000, 500_000, 500],
  ])('%p a second, bursts of %p: %p in %p s', (requestsPerSecond, burst, points, seconds) => {
    expect(rateOf(windowOf({ requestsPerSecond, burst }))).toBe(points / seconds);
  });

  it('never exceeds the rate, nor half of the burst', () => {
    const limits = fc.record({
      requestsPerSecond: fc.double({ min: 0.01, max: 500, noNaN: true }),
      more: fc.nat(500),
    });
    fc.assert(
      fc.property(limits, ({ requestsPerSecond, more }) => {
        const burst = Math.ceil(requestsPerSecond) + more;
        const window = windowOf({ requestsPerSecond, burst });
        expect(window.points).toBeLessThanOrEqual(Math.max(1, burst / 2));
        expect(rateOf(window)).toBeLessThanOrEqual(requestsPerSecond * (1 + 1e-9));
        expect(
          [window.points, window.seconds].every((number) => Number.isInteger(number) && number > 0),
        ).toBe(true);
      }),
    );
  });
});

function rateOf({ points, seconds }: ReturnType<typeof windowOf>): number {
  return points / seconds;
}

describe('options', () => {
  it.each<[string, object]>([
    ['client', {}],
    ['client', { client: 'redis://127.0.0.1' }],
    ['rateLimit.requestsPerSecond', { client: {}, requestsPerSecond: 0 }],
    ['rateLimit.burst', { client: {}, burst: 1 }],
    ['keyPrefix', { client: {}, keyPrefix: '' }],
    ['timeout', { client: {}, timeout: 0 }],
    ['perSecond', { client: {}, perSecond: 1 }],
  ])('a wrong %s is refused at once: %j', (argument, options) => {
    const make = (): unknown => redisRateLimit({ ...LIMIT, ...options } as RedisRateLimitOptions);
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(expect.objectContaining({ argument }));
  });
});

const suite = whyNoRedis === undefined ? describe : describe.skip;

suite(`over a real redis-server${whyNoRedis === undefined ? '' : ` (skipped: ${whyNoRedis})`}`, () => {
  it('4 processes together never exceed the budget, over 20 s', async () => {
    const arrivals: number[] = [];
    const apiKey = 'key-of-the-fleet';
    const to = await router({
      apiKeys: [apiKey],
      onRequest: ({ method, at }) => method === 'POST' && arrivals.push(at),
    });
    const { port } = await redisServer();
    const input = { url: to.url, ca: to.ca, port, apiKey, limit: LIMIT, seconds: 20 };
    const child = fileURLToPath(new URL('children/paced.mjs', import.meta.url));
    const outputs = await Promise.all(
      [1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, [child, JSON.stringify(input)])),
    );
    expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
    for (const { stdout } of outputs) expect(JSON.parse(stdout)).toMatchObject({ failures: [] });
    const inOneSecond = arrivals.map(
      (start) => arrivals.filter((at) => at >= start && at < start + 1000).length,
    );
    expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(LIMIT.burst);
    const seconds = (Math.max(...arrivals) - Math.min(...arrivals)) / 1000;
    expect(arrivals.length).toBeLessThanOrEqual(LIMIT.burst + LIMIT.requestsPerSecond * seconds);
    // And the budget is used, by all of them together.
    expect(arrivals.length).toBeGreaterThan(LIMIT.requestsPerSecond * seconds * 0.5);
  });

  it('names no API key in Redis, and forgets the account after its window', async () => {
    const { port } = await redisServer();
    const redis = redisClient(port);
    const to = await router({ apiKeys: ['MARKER-api-key'] });
    const rateLimit = redisRateLimit({ client: redis, ...LIMIT, keyPrefix: 'test' });
    await client(to, { apiKey: 'MARKER-api-key', rateLimit }).create(REQUEST);
    const keys = await redis.keys('*');
    expect(keys).toEqual([expect.stringMatching(/^test:[0-9a-f]{32}$/)]);
    expect(await redis.pttl(keys[0] ?? '')).toBeLessThanOrEqual(1000);
  });

  it('keeps API keys apart, and stops when the caller aborts', async () => {
    const { port } = await redisServer();
    const to = await router({ apiKeys: ['one', 'two'] });
    const limit = { requestsPerSecond: 0.01, burst: 1 };
    const rateLimit = redisRateLimit({ client: redisClient(port), ...limit });
    const [one, two] = [client(to, { apiKey: 'one', rateLimit }), client(to, { apiKey: 'two', rateLimit })];
    await Promise.all([one.create(REQUEST), two.create(REQUEST)]);
    const controller = new AbortController();
    const waiting = rejection(one.create(REQUEST, { signal: controller.signal }));
    setTimeout(() => controller.abort('enough'), 100);
    expect(await waiting).toBe('enough');
    expect(posts(to)).toHaveLength(2);
  });

  it('sends nothing without an answer from Redis: a timely typed error that names it', async () => {
    const redis = await redisServer();
    const rateLimit = redisRateLimit({ client: redisClient(redis.port), ...LIMIT, timeout: 300 });
    const to = await router();
    const made = client(to, { rateLimit });
    await redis.kill();
    const error = await rejection(made.create(REQUEST));
    expect(error).toBeInstanceOf(APIConnectionError);
    expect(error).toMatchObject({ possiblyExecuted: false, message: expect.stringContaining('Redis') });
    expect(posts(to)).toHaveLength(0);
  });
});
