/**
 * The worth of a router's keys to an attacker in version 1, as stated in SECURITY.md. Version 2's side of it is in
 * `../v2/documents.test.ts`, and in the router's scan of its own memory.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openEnvelope, RsaPrivateKey } from '@nomyo/crypto';
import { cleanUp, client, posts, rejection, router } from '../support.js';
import { certificate, honest, startFront } from '../terminator.js';
import { clientKeyOf, forge, makePair } from './v1.js';

afterEach(cleanUp);

const ask = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] }) as const;

describe('version 1', () => {
  it("F, the attacker's key in place of the router's: everything is read without a pin, and nothing with one", async () => {
    const behind = await router({ tls: false });
    const pair = await makePair();
    const read: string[] = [];
    const url = await startFront(
      () => behind.url,
      async (exchange) => {
        const { request, answer } = exchange;
        if (request.method === 'GET') {
          const body = Buffer.from(pair.publicKey);
          answer({ status: 200, headers: { 'content-type': 'text/plain' }, body });
          return;
        }
        read.push(await pair.open(request.body));
        answer(await forge(clientKeyOf(request), 'forged'));
      },
    );
    const reachable = { ...behind, url, ca: (await certificate()).ca };
    const answer = await client(reachable).create(ask('a secret'));
    expect([answer.choices[0]?.message.content, read.join('').includes('a secret')]).toEqual([
      'forged',
      true,
    ]);
    const serverKeyPins = ['sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='];
    const error = await rejection(client(reachable, { serverKeyPins }).create(ask('another')));
    expect(error).toMatchObject({ name: 'SecurityError' });
    expect(read).toHaveLength(1);
  });

  it('G, a stolen key: it opens everything recorded before', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const behind = await router({ tls: false, keyPem });
    const { ca } = await certificate();
    const url = await startFront(() => behind.url, honest);
    await client({ ...behind, url, ca }).create(ask('a secret'));
    const recorded = posts(behind)[0]?.requestBody ?? new Uint8Array(0);
    const stolen = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
    const { plaintext } = await openEnvelope(recorded, stolen);
    expect(plaintext.use((bytes) => Buffer.from(bytes).toString())).toContain('a secret');
  });
});
