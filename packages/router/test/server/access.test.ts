import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findApiKey, makeApiKey } from '../../src/server/access/api-key.js';
import { decodeApiKeys, encodeApiKeys } from '../../src/server/access/api-keys-file.js';
import { KeyRing } from '../../src/server/access/key-ring.js';
import { RateLimiter } from '../../src/server/access/rate-limit.js';
import { decodeTiers } from '../../src/server/access/tiers.js';
import { factsOf } from '../../src/server/json/members.js';
import { open } from './client.js';
import { CHAT, post, useStages } from './setup.js';

const stage = useStages();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-access-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('API keys', () => {
  const { key, entry } = makeApiKey({ name: 'somebody' }, new Date());
  const entries = new Map([[entry.id, entry]]);

  it('are found by their bytes, and by nothing else', () => {
    expect(findApiKey(entries, key)).toBe(entry);
    const last = key.endsWith('A') ? 'B' : 'A';
    for (const wrong of ['', 'nk_', key.slice(0, -1), `${key}A`, `${key.slice(0, -1)}${last}`, ` ${key}`]) {
      expect(findApiKey(entries, wrong)).toBeUndefined();
    }
  });

  it('are not in their file', () => {
    const text = Buffer.from(encodeApiKeys([entry])).toString();
    expect(text).not.toContain(key.split('_')[2]);
    expect(decodeApiKeys({ option: '--api-keys', path: 'f' }, bytes(text))).toEqual([entry]);
  });

  it.each(['', '{}', '[]', '{"format":"nomyo-router api keys 1","keys":[{}]}'])(
    '%j is not a file of API keys',
    (text) => {
      expect(() => decodeApiKeys({ option: '--api-keys', path: 'f' }, bytes(text))).toThrow(/^--api-keys f/u);
    },
  );

  it('that others can read are refused', async () => {
    const path = join(dir, 'open.json');
    writeFileSync(path, encodeApiKeys([entry]));
    chmodSync(path, 0o644);
    await expect(KeyRing.load({ option: '--api-keys', path }, () => undefined)).rejects.toThrow(/chmod 600/u);
  });

  it('are required, checked, and limited by tier and rate; a new one takes effect while the router runs', async () => {
    const path = join(dir, 'keys.json');
    const slow = makeApiKey({ name: 'slow', tiers: ['standard'], perMinute: 1 }, new Date());
    writeFileSync(path, encodeApiKeys([slow.entry]), { mode: 0o600 });
    const access = await KeyRing.load({ option: '--api-keys', path }, () => undefined);
    const { ask, model } = await stage({ access });
    expect(await ask({ body: CHAT })).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await ask({ body: CHAT, apiKey: key })).toMatchObject({ status: 401 });
    expect(await ask({ body: CHAT, apiKey: slow.key, tier: 'high' })).toMatchObject({
      status: 403,
      tier: 'high',
    });
    expect(await ask({ body: CHAT, apiKey: slow.key })).toMatchObject({ status: 200 });
    const over = await ask({ body: CHAT, apiKey: slow.key });
    expect(over).toMatchObject({ status: 429, code: 'rate_limit' });
    expect(over.retryAfter).toBeGreaterThan(30);
    expect(model.received).toHaveLength(1);
    writeFileSync(path, encodeApiKeys([slow.entry, entry]), { mode: 0o600 });
    let answer = await ask({ body: CHAT, apiKey: key });
    while (answer.status === 401) answer = await ask({ body: CHAT, apiKey: key });
    expect(answer.status).toBe(200);
  });
});

describe('the rate of a key', () => {
  it('does not count a resend: it gets what its first copy got, an answer or a refusal', async () => {
    const path = join(dir, 'resend.json');
    const once = makeApiKey({ name: 'once', perMinute: 1 }, new Date());
    writeFileSync(path, encodeApiKeys([once.entry]), { mode: 0o600 });
    const access = await KeyRing.load({ option: '--api-keys', path }, () => undefined);
    const { server, sealed, model } = await stage({ access });
    for (const status of [200, 429]) {
      const message = await sealed({ body: CHAT, apiKey: once.key });
      const [first, second] = [await post(server.url, message), await post(server.url, message)];
      expect(open(first.body, message).status).toBe(status);
      expect(second.body.equals(first.body)).toBe(true);
    }
    expect(model.received).toHaveLength(1);
  });

  it('is a bucket that fills evenly', () => {
    const limiter = new RateLimiter();
    const take = (now: number) => limiter.take('a', 6, now);
    expect(Array.from({ length: 7 }, () => take(0))).toEqual([0, 0, 0, 0, 0, 0, 10]);
    expect(take(9_000)).toBe(1);
    expect(take(10_000)).toBe(0);
    expect(limiter.take('b', 6, 10_000)).toBe(0);
  });
});

describe('the file of tiers', () => {
  const file = { option: '--tiers', path: 'f' };

  it('maps each tier to its models and server, and requests without a tier to standard', () => {
    const text = '{"standard":{"models":["a"]},"high":{"upstream":"http://high.test"}}';
    const table = decodeTiers(file, bytes(text), 'http://fallback.test');
    expect([...table]).toEqual([
      ['standard', { upstream: 'http://fallback.test', models: ['a'] }],
      ['high', { upstream: 'http://high.test', models: undefined }],
      ['untiered', { upstream: 'http://fallback.test', models: ['a'] }],
    ]);
  });

  it.each([
    ['[]', 'must be one JSON object'],
    ['{}', 'names no tier'],
    ['{"hihg":{}}', '"hihg" is no tier'],
    ['{"high":{"model":["a"]}}', 'unknown member "model"'],
    ['{"high":{"models":"a","upstream":"x"}}', 'no list of names'],
    ['{"high":{"models":[],"upstream":"x"}}', 'no list of names'],
    ['{"high":{}}', 'needs an "upstream"'],
  ])('%s is refused', (text, message) => {
    expect(() => decodeTiers(file, bytes(text), undefined)).toThrow(message);
  });
});

describe('the members of a request that the router reads', () => {
  it.each([
    ['{"model":"m"}', { model: 'm', stream: false }],
    [
      ' { "stream" : true , "messages":[{"model":"x","a":"}\\""}],"mod\\u0065l":"m"} ',
      { model: 'm', stream: true },
    ],
    ['{"model":"m","stream":null}', { model: 'm', stream: false }],
    ['{"model":"m","model":"n"}', undefined],
    ['{"model":"m","mod\\u0065l":"n"}', undefined],
    ['{"model":""}', undefined],
    ['{"model":1}', undefined],
    ['{"model":"m"', undefined],
    ['{"model":"m"}x', undefined],
    ['{"model":"m",}', undefined],
    ['[]', undefined],
    ['', undefined],
    [`{"model":"m","x":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, undefined],
  ])('%s', (text, facts) => {
    expect(factsOf(bytes(text))).toEqual(facts);
  });
});
