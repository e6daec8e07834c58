/** An RSA private key that the runtime keeps and no script can read: a non-extractable CryptoKey. */
import { DisposedError, SecurityError, type AbortSignalLike, type Bytes } from '@nomyo/base';
import { refuseOrdinaryMemory } from '../memory/ordinary.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { SUITE } from '../suite.js';
import { keySelfTest } from './key-self-test.js';
import type { KeySource } from './key-source.js';
import * as oaep from './oaep.js';
import { checkKeySize, type KeySize } from './private-key.js';
import { blockOf, RsaPublicKey } from './public-key.js';

/**
 * Generates a pair for {@link CryptoKeySource.fromKeyPair}, whose private key can never be exported. Browsers can keep
 * it in IndexedDB. Takes about a second, off the main thread.
 *
 * @param keySize of the modulus, in bits; 4096 by default
 * @throws {InvalidArgumentError} when `keySize` is not one of `KEY_SIZES`
 * @example
 * const keys = await CryptoKeySource.fromKeyPair(await generateCryptoKeyPair());
 */
export async function generateCryptoKeyPair(
  keySize: KeySize = SUITE.defaultModulusBits,
): Promise<CryptoKeyPair> {
  checkKeySize(keySize);
  return oaep.generateKeyPair(keySize, false);
}

/** Unwraps with a CryptoKey. Most runtimes run operations on one key one at a time, and it cannot be copied. */
export class CryptoKeySource implements KeySource {
  readonly publicKey: RsaPublicKey;
  /** The memory of a CryptoKey cannot be locked. */
  readonly locked = false;
  #privateKey: CryptoKey | undefined;

  private constructor(publicKey: RsaPublicKey, privateKey: CryptoKey) {
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  /**
   * @throws {SecurityError} `INVALID_KEY` when the keys are not for RSA-OAEP with SHA-256, do not belong together or
   *   are too short, or when the private key can be exported
   */
  static async fromKeyPair({ publicKey, privateKey }: CryptoKeyPair): Promise<CryptoKeySource> {
    if (!oaep.isOaepKey(privateKey, 'decrypt') || privateKey.extractable) {
      throw new SecurityError('INVALID_KEY', 'the CryptoKey cannot decrypt, or can be exported');
    }
    const keys = new CryptoKeySource(await RsaPublicKey.fromSpki(await exportSpki(publicKey)), privateKey);
    if (await keySelfTest(keys)) return keys;
    throw new SecurityError('INVALID_KEY', 'the two CryptoKeys do not belong together');
  }

  /**
   * See {@link KeySource.unwrap}.
   *
   * @throws {SecurityError} `DECRYPTION_FAILED`
   * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`: the memory of a CryptoKey cannot be locked
   */
  async unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignalLike,
    memory: SecureByteContextOptions = {},
  ): Promise<SecureByteContext> {
    signal?.throwIfAborted();
    if (this.#privateKey === undefined) throw new DisposedError('CryptoKeySource');
    refuseOrdinaryMemory(memory, 'a CryptoKey');
    try {
      const block = blockOf(wrapped, this.publicKey);
      const plain = await crypto.subtle.decrypt(oaep.OAEP, this.#privateKey, block);
      return new SecureByteContext(plain, memory);
    } catch {
      throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
    }
  }

  /** Drops this reference to the key, which may be kept elsewhere. Operations under way still succeed. Idempotent. */
  dispose(): void {
    this.#privateKey = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { publicKey: string } {
    return { publicKey: this.publicKey.fingerprint };
  }
}

async function exportSpki(publicKey: CryptoKey): Promise<Bytes> {
  try {
    return await oaep.exportSpki(publicKey);
  } catch {
    throw new SecurityError('INVALID_KEY', 'the public CryptoKey cannot be exported');
  }
}
