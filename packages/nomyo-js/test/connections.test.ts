import { constants, privateDecrypt } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUp, client, posts, REQUEST, router } from './support.js';

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

describe('every request', () => {
  it('has an AES key and a nonce of its own', async () => {
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
