import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidRequestError, SecurityError, type LogEntry } from '../src/index.js';
import { cleanUp, client, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

const keyFetches = (of: { requests: readonly { method: string }[] }): number =>
  of.requests.filter((request) => request.method === 'GET').length;

describe('the router key', () => {
  it('is fetched once for many calls, even when they start together', async () => {
    const to = await router();
    const made = client(to);
    await Promise.all(Array.from({ length: 10 }, () => made.create(REQUEST)));
    await made.create(REQUEST);
    expect(keyFetches(to)).toBe(1);
  });

  it('is fetched for every call when serverKeyTtl is 0', async () => {
    const to = await router();
    const made = client(to, { serverKeyTtl: 0 });
    await made.create(REQUEST);
    await made.create(REQUEST);
    expect(keyFetches(to)).toBe(2);
  });

  it('is accepted when it is pinned', async () => {
    const to = await router();
    const pins = [`sha256/${Buffer.alloc(32).toString('base64')}`, to.fingerprint];
    await expect(client(to, { serverKeyPins: pins }).create(REQUEST)).resolves.toHaveProperty('choices');
  });

  it('is refused when it is not pinned, before anything is sealed to it', async () => {
    const to = await router();
    const pins = [`sha256/${Buffer.alloc(32, 7).toString('base64')}`];
    const error = await rejection(client(to, { serverKeyPins: pins }).create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'SERVER_KEY_NOT_PINNED' });
    expect(posts(to)).toHaveLength(0);
  });

  it('that changed is refetched after a 400, once, and the caller is told', async () => {
    const to = await router();
    const entries: LogEntry[] = [];
    const log = (entry: LogEntry): number => entries.push(entry);
    const made = client(to, { logger: { debug: log, info: log, warn: log } });
    await made.create(REQUEST);
    const previous = to.fingerprint;
    await to.rotateKey();
    await expect(made.create(REQUEST)).resolves.toHaveProperty('choices');
    expect(posts(to).map((post) => post.status)).toEqual([200, 400, 200]);
    expect(entries).toContainEqual({
      message: 'nomyo:server-key-changed',
      previous,
      current: to.fingerprint,
    });
  });

  it('that did not change leaves a 400 as is, without a second request', async () => {
    const to = await router({ fail: '400' });
    const made = client(to);
    expect(await rejection(made.create(REQUEST))).toBeInstanceOf(InvalidRequestError);
    expect(posts(to)).toHaveLength(1);
    expect(keyFetches(to)).toBe(2);
  });

  it.each(['key-garbage', 'key-private', 'key-1024', 'key-html', 'key-redirect', 'key-endless'] as const)(
    'that is not a key (%s) is a SecurityError',
    async (fail) => {
      const to = await router({ fail });
      expect(await rejection(client(to).create(REQUEST))).toBeInstanceOf(SecurityError);
      expect(posts(to)).toHaveLength(0);
    },
  );
});

describe('a failure that can hide another key of the router', () => {
  it('makes the next call refetch the key, when a gateway answers in place of the router', async () => {
    const to = await router();
    const made = client(to);
    await made.create(REQUEST);
    await to.rotateKey();
    to.setFail(['502']);
    expect(await rejection(made.create(REQUEST))).toMatchObject({ status: 502 });
    await expect(made.create(REQUEST)).resolves.toHaveProperty('choices');
    expect(posts(to).map((post) => post.status)).toEqual([200, 502, 200]);
    expect(keyFetches(to)).toBe(2);
  });

  it.each(['400', '422', '500', '502'] as const)('%s: at most once a minute', async (fail) => {
    const to = await router({ fail });
    const made = client(to);
    for (let i = 0; i < 5; i += 1) await rejection(made.create(REQUEST));
    expect(posts(to)).toHaveLength(5);
    expect(keyFetches(to)).toBe(2);
  });

  it.each(['401', '403', '429', '503', 'reset'] as const)('is not %s', async (fail) => {
    const to = await router({ fail });
    const made = client(to);
    for (let i = 0; i < 3; i += 1) await rejection(made.create(REQUEST));
    expect(keyFetches(to)).toBe(1);
  });
});

describe('a router key that does not come', () => {
  it('ends the call within its timeout', async () => {
    const to = await router({ fail: 'key-never' });
    const made = client(to);
    const pending = made.create(REQUEST, { timeout: 300 });
    expect(await rejection(pending)).toMatchObject({ code: 'CONNECTION_TIMEOUT', possiblyExecuted: false });
  });

  it('ends the call with its signal, or with the client', async () => {
    const to = await router({ fail: 'key-never' });
    const made = client(to);
    const controller = new AbortController();
    const left = rejection(made.create(REQUEST, { signal: controller.signal }));
    const disposed = rejection(made.create(REQUEST));
    controller.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    made.dispose();
    expect(await disposed).toMatchObject({ code: 'DISPOSED' });
    expect(posts(to)).toHaveLength(0);
  });
});
