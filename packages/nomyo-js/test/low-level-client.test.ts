import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidArgumentError, KeyStoreError, SecurityError } from '../src/index.js';
import {
  cleanUp,
  header,
  lowLevelClient,
  posts,
  rejection,
  REQUEST,
  router,
  temporaryDirectory,
} from './support.js';

afterEach(cleanUp);
afterEach(() => {
  jest.restoreAllMocks();
});

const ID = '2b1f1d6e-6a55-4c3e-9a39-0d1c5a1b7f10';

describe('SecureCompletionClient', () => {
  it('seals, sends and opens step by step, through another HTTP client', async () => {
    const to = await router({ tls: false });
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const made = lowLevelClient(to, { allowHttp: true });
    await made.generateKeys({ keySize: 2048, saveToFile: true, keyDir: temporaryDirectory() });
    await made.sendSecureRequest(REQUEST, ID);
    const publicKey = header(posts(to)[0], 'x-public-key');
    const response = await fetch(`${to.url}/v1/chat/secure_completion`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', 'X-Payload-ID': ID, 'X-Public-Key': publicKey },
      body: await made.encryptPayload(REQUEST),
    });
    const answer = await made.decryptResponse(await response.arrayBuffer(), ID);
    expect(answer).toMatchObject({
      object: 'chat.completion',
      _metadata: { payload_id: ID, is_encrypted: true },
    });
  });

  it('gives the key of the router as PEM', async () => {
    const to = await router();
    expect(await lowLevelClient(to).fetchServerPublicKey()).toBe(to.publicKeyPem);
  });

  it('sends payload id, API key and tier as headers', async () => {
    const to = await router({ apiKeys: ['k-1'] });
    const answer = await lowLevelClient(to).sendSecureRequest(REQUEST, ID, 'k-1', 'standard');
    expect(answer['_metadata']).toMatchObject({ payload_id: ID });
    expect(posts(to)[0]?.headers).toMatchObject({
      'x-payload-id': ID,
      authorization: 'Bearer k-1',
      'x-security-tier': 'standard',
    });
  });

  it('writes a pair only when asked, protected on request, and never over another', async () => {
    const to = await router();
    const keyDir = join(temporaryDirectory(), 'keys');
    const made = lowLevelClient(to);
    await made.generateKeys({ keySize: 2048 });
    expect(existsSync(keyDir)).toBe(false);
    await made.generateKeys({ saveToFile: true, keyDir, password: 'correct horse', keySize: 2048 });
    const privateKeyPath = join(keyDir, 'private_key.pem');
    expect(statSync(privateKeyPath).mode & 0o777).toBe(0o600);
    const again = await rejection(made.generateKeys({ saveToFile: true, keyDir, keySize: 2048 }));
    expect(again).toBeInstanceOf(KeyStoreError);
    expect(again).toMatchObject({ code: 'KEY_FILE_EXISTS' });
    const other = lowLevelClient(to);
    expect(await rejection(other.loadKeys(privateKeyPath, undefined, 'wrong horse'))).toMatchObject({
      code: 'KEY_FILE_PASSWORD',
    });
    await other.loadKeys(privateKeyPath, join(keyDir, 'public_key.pem'), 'correct horse');
    await other.sendSecureRequest(REQUEST, ID);
    await made.sendSecureRequest(REQUEST, ID);
    const [first, second] = posts(to).map((post) => post.headers['x-public-key']);
    expect(first).toBe(second);
  });

  it('accepts passwords as bytes, which the caller can wipe at once', async () => {
    const to = await router();
    const keyDir = join(temporaryDirectory(), 'keys');
    const bytes = (): Uint8Array => new TextEncoder().encode('correct hörse');
    const password = bytes();
    const made = lowLevelClient(to, { keyRotationPassword: password });
    password.fill(0);
    await made.generateKeys({ saveToFile: true, keyDir, keySize: 2048 });
    const other = lowLevelClient(to);
    const privateKeyPath = join(keyDir, 'private_key.pem');
    await other.loadKeys(privateKeyPath, undefined, bytes());
    await other.loadKeys(privateKeyPath, undefined, 'correct hörse');
    expect(await rejection(other.loadKeys(privateKeyPath, undefined, password))).toMatchObject({
      code: 'KEY_FILE_PASSWORD',
    });
  });

  it('refuses wrong arguments before anything is sent', async () => {
    const to = await router();
    const made = lowLevelClient(to);
    const calls = [
      () => made.sendSecureRequest(REQUEST, 'not a uuid'),
      () => made.sendSecureRequest([] as never, ID),
      () => made.sendSecureRequest(REQUEST, ID, 'two\nlines'),
      () => made.sendSecureRequest(REQUEST, ID, undefined, 'ultra' as never),
      () => made.decryptResponse('text' as never, ID),
      () => made.generateKeys({ keySize: 1024 as never }),
      () => made.generateKeys({ unknown: 1 } as never),
      () => made.loadKeys(''),
    ];
    for (const call of calls) expect(await rejection(call())).toBeInstanceOf(InvalidArgumentError);
    expect(posts(to)).toHaveLength(0);
    expect(await rejection(made.decryptResponse(Buffer.from('<html>'), ID))).toBeInstanceOf(SecurityError);
  });
});
