import { describe, expect, it } from '@jest/globals';
import { FAIL_MODES } from '../../../src/testing/index.js';
import { parseMode } from '../../../src/testing/fail/parse.js';
import { seal } from '../independent-client.js';
import { clientOf, HELLO, useRouters } from '../support.js';
import type { FailSpec, Router } from '../../../src/testing/index.js';

const start = useRouters();

async function statuses(router: Router, count: number): Promise<number[]> {
  const client = clientOf(router);
  const all: number[] = [];
  for (let i = 0; i < count; i += 1) all.push((await client.send(HELLO)).status);
  return all;
}

describe('a mode', () => {
  it.each<[FailSpec, number[]]>([
    ['503', [503, 503, 503]],
    ['503*2', [503, 503, 200]],
    ['429-seconds:3*1', [429, 200, 200]],
    [
      ['503', '429*2', 'ok', '500'],
      [503, 429, 429, 200, 500, 200],
    ],
    ['ok', [200, 200]],
  ])('%j: %j', async (fail, expected) => {
    expect(await statuses(await start({ fail }), expected.length)).toEqual(expected);
  });

  it('is requested from a function for every request, with the request', async () => {
    const router = await start({ fail: ({ headers }) => (headers['x-fail'] === 'yes' ? '418' : undefined) });
    const client = clientOf(router);
    const answers = [await client.send(HELLO), await client.send(HELLO, { 'x-fail': 'yes' })];
    expect(answers.map(({ status }) => status)).toEqual([200, 418]);
    expect(router.requests.map(({ fail }) => fail)).toEqual([undefined, undefined, undefined, '418']);
  });

  it('that a function fails to name is a 500, without the words of its error', async () => {
    const fail = (): never => {
      throw new Error('SECRET-marker');
    };
    const answer = await clientOf(await start({ fail })).post(Buffer.from('{}', 'utf8'));
    expect(answer.status).toBe(500);
    expect(answer.body.toString('utf8')).toBe('{"detail":"the router failed"}');
  });

  it('waits in a list for its own endpoint', async () => {
    const router = await start({ fail: ['503', 'key-500', '502'] });
    const client = clientOf(router);
    const envelope = seal(JSON.stringify(HELLO), await client.routerKey());
    expect((await client.post(envelope)).status).toBe(503);
    expect((await client.post(envelope)).status).toBe(200);
    await expect(client.routerKey()).rejects.toThrow('500');
    expect((await client.post(envelope)).status).toBe(502);
  });

  it('can be set and removed while the router runs', async () => {
    const router = await start();
    router.setFail('500');
    expect(await statuses(router, 2)).toEqual([500, 500]);
    router.setFail(undefined);
    expect(await statuses(router, 1)).toEqual([200]);
    expect(() => router.setFail('no-such-mode' as 'ok')).toThrow('no-such-mode');
  });
});

describe('rotated-key', () => {
  it('refuses the envelope to the old key, once, while the key endpoint has the new one', async () => {
    const router = await start();
    const client = clientOf(router);
    const [oldKey, oldFingerprint] = [await client.routerKey(), router.fingerprint];
    router.setFail('rotated-key');
    expect((await client.post(seal(JSON.stringify(HELLO), oldKey))).status).toBe(400);
    expect(router.fingerprint).not.toBe(oldFingerprint);
    expect((await client.post(seal(JSON.stringify(HELLO), oldKey))).status).toBe(400);
    expect(await client.complete(HELLO)).toMatchObject({ object: 'chat.completion' });
  });
});

describe('random', () => {
  it('is the same for the same seed, different for another, and always a known mode', async () => {
    const pick = async (seed: number): Promise<(string | undefined)[]> => {
      const router = await start({ fail: `random:${seed}`, keepRequests: 1000 });
      const client = clientOf(router);
      const envelope = seal(JSON.stringify(HELLO), await client.routerKey());
      const once = { deadlineMs: 200, readAtMost: 100_000 };
      for (let i = 0; i < 12; i += 1) await client.post(envelope, {}, once).catch(() => undefined);
      return router.requests.slice(1).map(({ fail }) => fail);
    };
    const [first, again, other] = [await pick(7), await pick(7), await pick(8)];
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(new Set(first).size).toBeGreaterThan(6);
    for (const name of first) expect(Object.keys(FAIL_MODES)).toContain(name);
  });
});

describe('parseMode', () => {
  it.each([
    ['503', { name: '503', argument: undefined, count: undefined }],
    ['drip:250*3', { name: 'drip', argument: '250', count: 3 }],
    ['307:http://[::1]:80/a', { name: '307', argument: 'http://[::1]:80/a', count: undefined }],
  ])('reads %s', (text, parsed) => {
    expect(parseMode(text)).toEqual(parsed);
  });

  it.each([
    '',
    '5O3',
    '503*',
    '503*0',
    '503*-1',
    '503:1',
    'drip:',
    'drip:soon',
    'drip:1e3',
    'toString',
    '*2',
    ':1',
  ])('refuses %j', (text) => {
    expect(() => parseMode(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: 'fail' }),
    );
  });
});
