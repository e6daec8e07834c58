import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, SecureChatCompletion, type SharedRateLimit } from '../../src/index.js';
import { cleanUp, client, posts, rejection, REQUEST, router } from '../support.js';

afterEach(cleanUp);

/** One request at once, and the next one in a quarter of an hour. */
const ONE = { requestsPerSecond: 0.001, burst: 1 } as const;

/** A call that has to wait until it is given up, and what it is rejected with. */
async function givenUp(made: SecureChatCompletion): Promise<unknown> {
  const controller = new AbortController();
  const call = rejection(made.create(REQUEST, { signal: controller.signal }));
  setTimeout(() => controller.abort('it had to wait'), 500);
  return call;
}

describe('rateLimit', () => {
  it('is one budget for all clients that share an API key in this process', async () => {
    const to = await router({ apiKeys: ['shared', 'other'] });
    const options = { apiKey: 'shared', rateLimit: ONE };
    await client(to, options).create(REQUEST);
    expect(await givenUp(client(to, options))).toBe('it had to wait');
    expect(await givenUp(client(to, { ...options, apiKey: () => 'shared' }))).toBe('it had to wait');
    expect(posts(to)).toHaveLength(1);
    await client(to, { ...options, apiKey: 'other' }).create(REQUEST);
    expect(posts(to)).toHaveLength(2);
  });

  it('belongs to the API key of the call, and to the router', async () => {
    const [to, another] = await Promise.all([router({ apiKeys: ['a', 'b'] }), router({ apiKeys: ['a'] })]);
    const made = client(to, { apiKey: 'a', rateLimit: ONE });
    await made.create(REQUEST);
    await made.create({ ...REQUEST, api_key: 'b' });
    await client(another, { apiKey: 'a', rateLimit: ONE }).create(REQUEST);
    expect(await givenUp(made)).toBe('it had to wait');
    expect([posts(to).length, posts(another).length]).toEqual([2, 1]);
  });

  it('is off by default', async () => {
    const to = await router({ apiKeys: ['free'] });
    await client(to, { apiKey: 'free', rateLimit: ONE }).create(REQUEST);
    const made = client(to, { apiKey: 'free' });
    await Promise.all([
      made.create(REQUEST),
      client(to, { apiKey: 'free', rateLimit: false }).create(REQUEST),
    ]);
    expect(posts(to)).toHaveLength(3);
  });

  it('counts retries, and requests sealed again for another router key', async () => {
    const asked: string[] = [];
    const rateLimit: SharedRateLimit = {
      acquire: (account) => Promise.resolve(void asked.push(account)),
    };
    const to = await router({ apiKeys: ['counted'], fail: '503-seconds:0*2' });
    const made = client(to, { apiKey: 'counted', rateLimit, maxRetries: 2 });
    await made.create(REQUEST);
    expect(asked).toHaveLength(3);
    await to.rotateKey();
    await made.create(REQUEST);
    expect(asked).toHaveLength(posts(to).length);
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('paces a burst so that the router never sees more of it than the limit', async () => {
    const to = await router({ apiKeys: ['paced'] });
    const limit = { requestsPerSecond: 10, burst: 14 };
    const clients = [1, 2, 3].map(() => client(to, { apiKey: 'paced', rateLimit: limit }));
    await Promise.all(clients.map((made) => made.ready()));
    await Promise.all(clients.flatMap((made) => Array.from({ length: 8 }, () => made.create(REQUEST))));
    const times = posts(to).map(({ at }) => at);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
    expect(times).toHaveLength(24);
    expect(times.length).toBeLessThanOrEqual(limit.burst + limit.requestsPerSecond * seconds + 1);
  });

  it.each([
    [true],
    [2],
    [[]],
    [{}],
    [{ requestsPerSecond: 2 }],
    [{ ...ONE, perSecond: 1 }],
    [{ ...ONE, burst: 0 }],
  ])('%j is refused at once', (rateLimit) => {
    const options = { rateLimit } as unknown as ConstructorParameters<typeof SecureChatCompletion>[0];
    expect(() => new SecureChatCompletion(options)).toThrow(InvalidArgumentError);
  });
});
