import { describe, expect, it } from '@jest/globals';
import { SecureByteContext } from '@nomyo/crypto';
import fc from 'fast-check';
import { KeyStoreError } from '../../src/errors.js';
import { readPrivateKey, writePrivateKey, type KeyFileContext } from '../../src/format/private-key.node.js';
import { newPkcs8 } from '../support/keys.js';
import { vectorFile } from '../support/vectors.js';

const context: KeyFileContext = { path: '/keys/private_key.pem', password: undefined, memory: {} };
const withPassword = (): KeyFileContext => ({
  ...context,
  password: new SecureByteContext(new TextEncoder().encode('some password')),
});

/** Nothing but a key or a typed error without a secret comes out. */
async function expectTyped(file: Uint8Array, how: KeyFileContext): Promise<void> {
  try {
    (await readPrivateKey(file, how)).dispose();
  } catch (error) {
    expect(error).toBeInstanceOf(KeyStoreError);
    expect((error as Error).message).toMatch(/^\/keys\/private_key\.pem: [\x20-\x7e]+$/);
  }
}

describe('a private key file', () => {
  it('comes back as it was written, with and without password', async () => {
    const pkcs8 = await newPkcs8();
    const plain = await writePrivateKey(pkcs8, undefined, { createdAt: 0, replaces: [] });
    const key = await readPrivateKey(plain, context);
    const how = withPassword();
    const sealed = await writePrivateKey(pkcs8, how.password, { createdAt: 0, replaces: [] });
    expect((await readPrivateKey(sealed, how)).publicKey.pem).toBe(key.publicKey.pem);
    expect(new TextDecoder().decode(sealed)).not.toContain('BEGIN PRIVATE KEY');
  });

  it('has a fresh salt and initialization vector each time', async () => {
    const pkcs8 = await newPkcs8();
    const how = withPassword();
    const write = (): Promise<Uint8Array> =>
      writePrivateKey(pkcs8, how.password, { createdAt: 0, replaces: [] });
    const [first, second] = [await write(), await write()];
    expect(Buffer.from(first).subarray(300, 400).equals(Buffer.from(second).subarray(300, 400))).toBe(false);
  });

  it('of random bytes is a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), (bytes) => expectTyped(bytes, context)),
      { numRuns: 300 },
    );
  });

  it.each([
    'pkcs8.pem',
    'pkcs1.pem',
    'pkcs8-python-best.pem',
    'legacy-nomyo-js-0.1.pem',
    'pkcs8-scrypt-aes256.pem',
  ])('%s with a byte changed is a key or a typed error', async (name) => {
    const file = vectorFile(name);
    // The structure is at the start; the rest is mostly numbers.
    const at = fc.oneof(fc.nat(160), fc.nat(file.length - 1));
    await fc.assert(
      fc.asyncProperty(at, fc.nat(255), (index, byte) => {
        const changed = Uint8Array.from(file);
        changed[index] = byte;
        return expectTyped(changed, context);
      }),
      { numRuns: 60 },
    );
  });

  it('is left to the caller to wipe: its bytes do not change', async () => {
    const file = vectorFile('rsa2048.pem');
    const copy = Buffer.from(file);
    (await readPrivateKey(file, context)).dispose();
    expect(file.equals(copy)).toBe(true);
  });
});
