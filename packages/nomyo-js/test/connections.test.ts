import { constants, privateDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecurityError } from '../src/index.js';
import { cleanUp, client, header, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

describe('connections', () => {
  it('a call costs one request on the kept connection once the router key is there', async () => {
    const to = await router();
    const made = client(to);
    await made.create(REQUEST);
    const before = { requests: to.requests.length, connections: to.connections };
    for (let i = 0; i < 5; i += 1) await made.create(REQUEST);
    expect(to.requests.length - before.requests).toBe(5);
    expect(to.connections).toBe(before.connections);
    expect(to.connections).toBe(1);
  });

  it('40 concurrent calls share the pool, and each gets its own answer', async () => {
    const to = await router();
    const made = client(to);
    const ask = (text: string): ReturnType<typeof made.create> =>
      made.create({ ...REQUEST, messages: [{ role: 'user', content: text }] });
    await ask('first');
    const questions = Array.from({ length: 40 }, (_, i) => `question number ${String(i)} of 40`);
    const answers = await Promise.all(questions.map(ask));
    for (const [i, question] of questions.entries()) {
      expect(answers[i]?.choices[0]?.message.content).toContain(question);
    }
    const opened = to.connections;
    await Promise.all(questions.map(ask));
    expect(to.connections).toBe(opened);
    expect(opened).toBeLessThanOrEqual(41);
  });
});

describe('the options of connections', () => {
  it('maxConnections limits them: the other calls queue, and all are answered', async () => {
    const to = await router();
    const made = client(to, { maxConnections: 3 });
    await Promise.all(Array.from({ length: 12 }, () => made.create(REQUEST)));
    expect(posts(to)).toHaveLength(12);
    expect(to.connections).toBeLessThanOrEqual(3);
  });

  it('waiting for one does not count towards the timeout', async () => {
    const answers = async (): Promise<string> => {
      await setTimeout(500);
      return 'fine';
    };
    const to = await router({ answers });
    const made = client(to, { maxConnections: 1, timeout: 3000 });
    await made.ready();
    const started = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => made.create(REQUEST)));
    expect(performance.now() - started).toBeGreaterThan(3000);
    expect(posts(to)).toHaveLength(8);
  });

  it('maxResponseBytes ends a longer answer, which is not requested again', async () => {
    const to = await router({ answers: ['x'.repeat(3000)] });
    const error = await rejection(client(to, { maxResponseBytes: 2048, maxRetries: 2 }).create(REQUEST));
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', possiblyExecuted: true });
    expect((error as Error).message).toMatch(/2048 bytes, the limit that maxResponseBytes sets/);
    expect(posts(to)).toHaveLength(1);
    await expect(client(to, { maxResponseBytes: 32_768 }).create(REQUEST)).resolves.toHaveProperty('choices');
  });

  it('every request names this SDK and its version, unless userAgent is false', async () => {
    const to = await router();
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object;
    const agent = `nomyo-js/${'version' in manifest ? String(manifest.version) : ''}`;
    await client(to).create(REQUEST);
    await lowLevelClient(to).fetchServerPublicKey();
    expect(to.requests.map((request) => header(request, 'user-agent'))).toEqual([agent, agent, agent]);
    const silent = await router();
    await client(silent, { userAgent: false }).create(REQUEST);
    expect(silent.requests.map((request) => header(request, 'user-agent'))).toEqual(['', '']);
  });

  it.each([
    ['maxConnections', 0],
    ['maxConnections', 1.5],
    ['maxResponseBytes', 0],
    ['maxResponseBytes', '1024'],
    ['userAgent', 'mine'],
    ['allowHttp', 'remote'],
  ] as const)('%s: %p is refused by name', async (option, value) => {
    const to = await router();
    const config = { [option]: value };
    expect(() => client(to, config)).toThrow(expect.objectContaining({ argument: option }));
    expect(() => lowLevelClient(to, config)).toThrow(expect.objectContaining({ argument: option }));
  });
});

describe('every request', () => {
  it('has its own AES key and nonce', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const to = await router({ keyPem });
    const made = client(to);
    await Promise.all(Array.from({ length: 50 }, () => made.create(REQUEST)));
    const seen = posts(to).map((post) => {
      const text = Buffer.from(post.requestBody).toString('utf8');
      const member = (name: string): Buffer =>
        Buffer.from(new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1] ?? '', 'base64');
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const options = { key: privateKey, padding, oaepHash: 'sha256' };
      return { key: privateDecrypt(options, member('encrypted_aes_key')), nonce: member('nonce') };
    });
    expect(seen).toHaveLength(50);
    expect(new Set(seen.map(({ key }) => key.toString('hex'))).size).toBe(50);
    expect(new Set(seen.map(({ nonce }) => nonce.toString('hex'))).size).toBe(50);
    for (const { key, nonce } of seen) expect([key.byteLength, nonce.byteLength]).toEqual([32, 12]);
  });
});
