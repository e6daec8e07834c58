import { unwrapParallelism } from '#engine';
import { allocateBytes, concatBytes, equalBytes, wipe, type Bytes } from '../bytes.js';
import { SUITE } from '../envelope/suite.js';
import { DisposedError, InvalidArgumentError, SecurityError } from '../errors.js';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import { checkConsistency } from './consistency.js';
import type { KeySource } from './key-source.js';
import * as oaep from './oaep.js';
import { readPkcs8, spkiFromNumbers } from './pkcs8.js';
import { checkStrength, RsaPublicKey } from './public-key.js';
import { Turnstile } from './turnstile.js';

/** Moduli this SDK makes keys of, in bits. */
export const KEY_SIZES = [2048, 3072, 4096] as const;

/** Modulus of a key pair, in bits. */
export type KeySize = (typeof KEY_SIZES)[number];

/** An RSA private key in this process. It can unwrap, and is never exported again. */
export class RsaPrivateKey implements KeySource {
  readonly publicKey: RsaPublicKey;
  /** Several imports of one key: the crypto library takes turns on each, so only copies run in parallel. */
  #copies: Turnstile<CryptoKey> | undefined;

  private constructor(publicKey: RsaPublicKey, copies: readonly CryptoKey[]) {
    this.publicKey = publicKey;
    this.#copies = new Turnstile(copies);
  }

  /**
   * @param pkcs8 DER of an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208 §5); it stays the caller's to wipe
   * @throws {SecurityError} `INVALID_KEY` on damage, on numbers that do not belong together, or fewer than 2048 bits
   */
  static async fromPkcs8(pkcs8: Uint8Array): Promise<RsaPrivateKey> {
    const numbers = readPkcs8(pkcs8);
    checkStrength(numbers);
    checkConsistency(numbers);
    const publicKey = await RsaPublicKey.fromSpki(spkiFromNumbers(numbers));
    const key = new RsaPrivateKey(publicKey, await importCopies(pkcs8));
    await key.#prove();
    return key;
  }

  /** See {@link KeySource.unwrap}. The signal is heard while waiting for a turn. */
  async unwrap(wrapped: Uint8Array, signal?: AbortSignal): Promise<Bytes> {
    if (this.#copies === undefined) throw new DisposedError('RsaPrivateKey');
    const block = concatBytes(wrapped);
    return this.#copies.run(async (key) => {
      try {
        return await oaep.decrypt(key, block);
      } catch {
        throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
      }
    }, signal);
  }

  /** Forgets the key; operations under way end well. Idempotent. */
  dispose(): void {
    this.#copies = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { publicKey: string } {
    return { publicKey: this.publicKey.fingerprint };
  }

  /** One round trip: what the library imported is the key that was checked. */
  async #prove(): Promise<void> {
    const probe = globalThis.crypto.getRandomValues(allocateBytes(SUITE.aesKeyBytes));
    const answer = await this.unwrap(await this.publicKey.wrap(probe));
    if (!equalBytes(answer, probe)) throw new SecurityError('INVALID_KEY', 'the private key does not work');
  }
}

/**
 * A new RSA private key (public exponent 65537) as PKCS#8 DER in protected memory: to be stored, imported with
 * {@link RsaPrivateKey.fromPkcs8}, and disposed of. Takes a second or so, off the main thread.
 *
 * @throws {InvalidArgumentError} when `keySize` is none of {@link KEY_SIZES}
 */
export async function generatePkcs8(keySize: KeySize = SUITE.defaultModulusBits): Promise<SecureByteContext> {
  if (!KEY_SIZES.includes(keySize)) {
    throw new InvalidArgumentError('keySize', `must be one of ${KEY_SIZES.join(', ')} bits`);
  }
  return new SecureByteContext(await oaep.generate(keySize));
}

async function importCopies(pkcs8: Uint8Array): Promise<CryptoKey[]> {
  const der = concatBytes(pkcs8);
  try {
    return await Promise.all(Array.from({ length: unwrapParallelism() }, () => oaep.importPkcs8(der)));
  } catch {
    throw new SecurityError('INVALID_KEY', 'the RSA private key is refused by the crypto library');
  } finally {
    wipe(der);
  }
}
