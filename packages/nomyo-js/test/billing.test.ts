import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RsaPrivateKey } from '@nomyo/crypto';
import type { FailSpec } from '@nomyo/router/testing';
import { InvalidArgumentError, NomyoError, type SecureChatCompletionConfig } from '../src/index.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

/** Everything quick; and one key pair for all clients, because pairs are not what this is about. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const FAST = {
  maxRetries: 1,
  maxRetryDelay: 1,
  timeout: 600,
  keys: await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' })),
} as const;

/** The failures, and whether the request may have been run and billed. */
const FAILURES: readonly [fail: FailSpec, possiblyExecuted: boolean, isRetried: boolean][] = [
  ['429', false, true],
  ['503', false, true],
  ['400', false, false],
  ['401', false, false],
  ['403', false, false],
  ['key-500', false, true],
  ['key-404', false, false],
  ['key-garbage', false, false],
  ['500', true, true],
  ['502', true, true],
  ['503-html', true, true],
  ['504', true, true],
  ['reset', true, true],
  ['cut-before-headers', true, true],
  ['cut-mid-body', true, true],
  ['never', true, true],
  ['307', true, false],
  ['200-plaintext', true, false],
  ['flip-tag', true, false],
  ['inner-text', true, false],
];

describe.each(FAILURES)('%s', (fail, possiblyExecuted, isRetried) => {
  it(`may have been run: ${String(possiblyExecuted)}`, async () => {
    const to = await router({ fail });
    const error = await rejection(client(to, { ...FAST, maxRetries: 0 }).create(REQUEST));
    expect(error).toBeInstanceOf(NomyoError);
    expect(error).toMatchObject({ possiblyExecuted });
  });

  it.each(['all', 'safe', 'none'] as const)('is tried as retry: %j says', async (retry) => {
    const to = await router({ fail });
    await rejection(client(to, { ...FAST, retry }).create(REQUEST));
    const again = isRetried && (retry === 'all' || (retry === 'safe' && !possiblyExecuted));
    const attempts = posts(to).length === 0 ? to.requests.length : posts(to).length;
    expect(attempts).toBe(again ? 2 : 1);
  });
});

describe('requests that never reach the router', () => {
  it.each<[string, SecureChatCompletionConfig, retryable: boolean]>([
    ['nobody listens', { baseUrl: 'https://127.0.0.1:1' }, true],
    ['there is no such host', { baseUrl: 'https://nowhere.invalid' }, true],
    ['its certificate is refused', { tls: {} }, false],
    [
      'another TLS key is pinned',
      { tls: { pins: [`sha256/${Buffer.alloc(32).toString('base64')}`] } },
      false,
    ],
    ['there is no proxy', { proxy: 'http://127.0.0.1:1' }, true],
  ])('was not run: %s', async (_, config, isRetried) => {
    const to = await router();
    const seen: unknown[] = [];
    const logger = {
      debug: () => undefined,
      info: (entry: object) => seen.push(entry),
      warn: () => undefined,
    };
    const error = await rejection(client(to, { ...FAST, ...config, retry: 'safe', logger }).create(REQUEST));
    expect(error).toMatchObject({ possiblyExecuted: false });
    expect(JSON.stringify(seen).includes('nomyo:retry')).toBe(isRetried);
    expect(to.requests).toHaveLength(0);
  });

  it('were not run: a refused argument', async () => {
    const error = await rejection(client(await router()).create({ ...REQUEST, messages: [] }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ possiblyExecuted: false });
  });
});

describe('a call of several attempts', () => {
  it('may have been run if any attempt may have been, however the last one ends', async () => {
    const to = await router({ fail: ['500', '503'] });
    const error = await rejection(client(to, FAST).create(REQUEST));
    expect(error).toMatchObject({ status: 503, possiblyExecuted: true });
  });
});

describe('the end of the client', () => {
  it('during a request is not the end of the request', async () => {
    const to = await router({ fail: 'never' });
    const made = lowLevelClient(to);
    const pending = rejection(made.sendSecureRequest(REQUEST, '2b1f1d6e-6a55-4c3e-9a39-0d1c5a1b7f10'));
    while (posts(to).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    made.dispose();
    expect(await pending).toMatchObject({ code: 'DISPOSED', possiblyExecuted: true });
    await expect(made.fetchServerPublicKey()).rejects.toMatchObject({ possiblyExecuted: false });
  });
});
