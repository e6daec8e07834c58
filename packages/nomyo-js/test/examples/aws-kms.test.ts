import { KMSClient } from '@aws-sdk/client-kms';
import { SecurityError } from '@nomyo/base';
import { afterEach, describe, expect, it } from '@jest/globals';
import { KmsKeySource } from '../../examples/aws-kms/kms-key-source.js';
import { cleanUp, header, later, posts, rejection, REQUEST, router } from '../support.js';
import { clientWith } from './keys.js';
import { startKms, type KmsStandIn } from './kms-stand-in.js';

afterEach(cleanUp);

async function kms(modulusLength?: 2048 | 4096): Promise<KmsStandIn> {
  const started = await startKms(modulusLength);
  later(() => started.close());
  return started;
}

function clientOf({ url }: KmsStandIn): KMSClient {
  const made = new KMSClient({
    region: 'eu-central-1',
    endpoint: url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'of-no-account' },
    maxAttempts: 1,
  });
  later(() => made.destroy());
  return made;
}

const open = (to: KmsStandIn): Promise<KmsKeySource> => KmsKeySource.open(clientOf(to), to.keyId);

/** A wrapped key, and the memory it was wrapped from. */
async function wrap(source: KmsKeySource): Promise<Uint8Array> {
  return source.publicKey.wrap(new Uint8Array(new ArrayBuffer(32)).fill(0x5a));
}

describe('a key in AWS KMS', () => {
  it('opens answers of a router, with RSA_4096 and one Decrypt per call', async () => {
    const of = await kms(4096);
    const keys = await open(of);
    expect(keys.publicKey.modulusLength).toBe(4096);
    const to = await router();
    const made = clientWith(to, keys);
    const answer = await made.create(REQUEST);
    expect(answer.choices[0]?.message.content).toContain('What is an envelope?');
    expect(decodeURIComponent(header(posts(to)[0], 'x-public-key'))).toBe(keys.publicKey.pem);
    expect(of.requests.map(({ target }) => target)).toEqual([
      'TrentService.GetPublicKey',
      'TrentService.Decrypt',
    ]);
    expect(of.requests[1]?.body).toMatchObject({
      KeyId: of.keyId,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    });
  });

  it('receives signed requests, in JSON 1.1', async () => {
    const of = await kms();
    await (await open(of)).unwrap(await wrap(await open(of)));
    for (const { headers } of of.requests) {
      expect(headers['content-type']).toBe('application/x-amz-json-1.1');
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/kms\//,
      );
    }
  });

  it('answers a changed block with DECRYPTION_FAILED and nothing more', async () => {
    const keys = await open(await kms());
    const block = await wrap(keys);
    expect(await keys.unwrap(block)).toHaveLength(32);
    const error = await rejection(
      keys.unwrap(Uint8Array.from(block, (byte, i) => (i === 9 ? byte ^ 1 : byte))),
    );
    expect(error).toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({
      code: 'DECRYPTION_FAILED',
      message: 'the envelope cannot be opened with this key',
    });
  });

  it.each([
    [400, 'AccessDeniedException'],
    [400, 'DisabledException'],
    [400, 'ThrottlingException'],
    [500, 'KMSInternalException'],
  ])('passes on %i %s as the SDK gives it: it says nothing about the envelope', async (status, type) => {
    const of = await kms();
    const keys = await open(of);
    const block = await wrap(keys);
    of.fault = { status, type };
    const error = await rejection(keys.unwrap(block));
    expect(error).not.toBeInstanceOf(SecurityError);
    expect(error).toMatchObject({ name: type });
  });

  it('that is missing, or not made for RSA-OAEP-SHA256, is refused at the start', async () => {
    const of = await kms();
    expect(await rejection(KmsKeySource.open(clientOf(of), 'alias/other'))).toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('ends with the reason of the signal, before a request and during one', async () => {
    const of = await kms();
    const keys = await open(of);
    const block = await wrap(keys);
    const reason = new Error('no longer wanted');
    expect(await rejection(keys.unwrap(block, AbortSignal.abort(reason)))).toBe(reason);
    of.fault = 'hang';
    const controller = new AbortController();
    const call = rejection(keys.unwrap(block, controller.signal));
    setTimeout(() => controller.abort(reason), 100);
    expect(await call).toBe(reason);
  });
});
