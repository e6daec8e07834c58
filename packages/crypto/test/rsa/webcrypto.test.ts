import { constants, publicEncrypt } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { webCryptoPrivateKeys } from '../../src/rsa/webcrypto.js';
import { bytesIn } from '../support/bytes.js';
import { caught, securityCode } from '../support/errors.js';
import type { Unwrapper } from '../../src/runtime/runtime.js';
import { smallPem, smallPkcs8 } from '../support/keys.js';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

const wrapped = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    publicEncrypt({ key: smallPem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, SECRET),
  );

/** Imported, tested, and used once, so that all copies are there. */
async function usedKey(copies: number): Promise<Unwrapper> {
  const key = await webCryptoPrivateKeys(() => copies).importPrivateKey(smallPkcs8, {});
  await key.unwrap(wrapped(), {});
  await key.unwrap(wrapped(), {});
  return key;
}

describe('webCryptoPrivateKeys', () => {
  it('notices an abort while it waits for its turn, and rejects with that reason', async () => {
    const key = await usedKey(2);
    const running = [key.unwrap(wrapped(), {}), key.unwrap(wrapped(), {})];
    const controller = new AbortController();
    const waiting = key.unwrap(wrapped(), {}, controller.signal);
    const behind = key.unwrap(wrapped(), {});
    const reason = { mine: true };
    controller.abort(reason);
    expect(await caught(() => waiting)).toBe(reason);
    for (const bytes of await Promise.all([...running, behind])) {
      expect(bytesIn(bytes).equals(SECRET)).toBe(true);
    }
  });

  it('refuses after dispose, and completes earlier operations', async () => {
    const key = await webCryptoPrivateKeys(() => 1).importPrivateKey(smallPkcs8, {});
    const asked = [key.unwrap(wrapped(), {}), key.unwrap(wrapped(), {}), key.unwrap(wrapped(), {})];
    key.dispose();
    expect(await caught(() => key.unwrap(wrapped(), {}))).toBeInstanceOf(Error);
    for (const bytes of await Promise.all(asked)) expect(bytesIn(bytes).equals(SECRET)).toBe(true);
  });

  it('leaves the imported bytes unchanged', async () => {
    const der = Uint8Array.from(smallPkcs8);
    await webCryptoPrivateKeys(() => 1).importPrivateKey(der, {});
    expect(Buffer.from(der).equals(Buffer.from(smallPkcs8))).toBe(true);
  });

  it('gives a new key in memory that is wiped', async () => {
    const generated = await webCryptoPrivateKeys(() => 1).generatePkcs8(2048, {});
    const der = generated.borrow((bytes) => bytes);
    expect(der.some((byte) => byte !== 0)).toBe(true);
    generated.dispose();
    expect(der.every((byte) => byte === 0)).toBe(true);
  });

  it('takes no secret where locked memory is required: the library cannot be locked', async () => {
    const keys = webCryptoPrivateKeys(() => 1);
    const memory = { requireLocked: true };
    const key = await keys.importPrivateKey(smallPkcs8, {});
    for (const call of [
      () => keys.importPrivateKey(smallPkcs8, memory),
      () => keys.generatePkcs8(2048, memory),
      () => key.unwrap(wrapped(), memory),
    ]) {
      expect(await securityCode(call)).toBe('MEMORY_NOT_LOCKED');
    }
  });
});

describe('copies of a key', () => {
  const { subtle } = globalThis.crypto;
  const importKey = subtle.importKey.bind(subtle) as (...args: unknown[]) => Promise<CryptoKey>;

  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Imports are the engine's own, but for those that `refuses` names; returns what was imported. */
  function watchImports(refuses: (index: number) => boolean = () => false): Uint8Array[] {
    const seen: Uint8Array[] = [];
    const watched = async (...args: unknown[]): Promise<CryptoKey> => {
      seen.push(args[1] as Uint8Array);
      return refuses(seen.length - 1) ? Promise.reject(new Error('refused')) : importKey(...args);
    };
    jest.spyOn(subtle, 'importKey').mockImplementation(watched as typeof subtle.importKey);
    return seen;
  }

  const unwrapMany = async (key: Unwrapper): Promise<void> => {
    for (const bytes of await Promise.all(Array.from({ length: 9 }, () => key.unwrap(wrapped(), {})))) {
      expect(bytesIn(bytes).equals(SECRET)).toBe(true);
    }
  };

  it('are made when the key is used after its first operation, and then never again', async () => {
    const imports = watchImports();
    const key = await webCryptoPrivateKeys(() => 4).importPrivateKey(smallPkcs8, {});
    await key.unwrap(wrapped(), {});
    expect(imports).toHaveLength(1);
    await unwrapMany(key);
    await unwrapMany(key);
    expect(imports).toHaveLength(4);
  });

  it('may be refused: the first one does all the work', async () => {
    const imports = watchImports((index) => index > 0);
    const key = await webCryptoPrivateKeys(() => 4).importPrivateKey(smallPkcs8, {});
    await unwrapMany(key);
    await unwrapMany(key);
    expect(imports).toHaveLength(4);
  });

  it('leave none of their source bytes behind', async () => {
    const imports = watchImports();
    const key = await usedKey(3);
    await unwrapMany(key);
    expect(imports).toHaveLength(3);
    expect(imports.every((der) => der.every((byte) => byte === 0))).toBe(true);
  });

  it('leave none of them from the import on when one copy is enough', async () => {
    const imports = watchImports();
    const key = await webCryptoPrivateKeys(() => 1).importPrivateKey(smallPkcs8, {});
    await unwrapMany(key);
    expect(imports).toHaveLength(1);
    expect(imports[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it('leave none of them when the key ends before its first use, or is refused', async () => {
    const imports = watchImports((index) => index > 0);
    const key = await webCryptoPrivateKeys(() => 3).importPrivateKey(smallPkcs8, {});
    expect(imports[0]?.some((byte) => byte !== 0)).toBe(true);
    key.dispose();
    await expect(webCryptoPrivateKeys(() => 3).importPrivateKey(smallPkcs8, {})).rejects.toThrow('refused');
    expect(imports).toHaveLength(2);
    expect(imports.every((der) => der.every((byte) => byte === 0))).toBe(true);
  });
});
