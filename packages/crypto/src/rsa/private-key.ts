import { rsa } from '#engine';
import {
  DisposedError,
  InvalidArgumentError,
  NomyoError,
  SecurityError,
  type AbortSignalLike,
  type Bytes,
} from '@nomyo/base';
import { SUITE } from '../envelope/suite.js';
import { SecureByteContext } from '../memory/secure-byte-context.js';
import type { KeySource } from './key-source.js';
import * as oaep from './oaep.js';
import { readPkcs8, spkiFromNumbers } from './pkcs8.js';
import { roundTrips } from './prove.js';
import { checkStrength, RsaPublicKey } from './public-key.js';
import type { Unwrapper } from './unwrapper.js';

/** Moduli this SDK makes keys of, in bits. */
export const KEY_SIZES = [2048, 3072, 4096] as const;

/** Modulus of a key pair, in bits. */
export type KeySize = (typeof KEY_SIZES)[number];

/** An RSA private key in this process. It can unwrap, and is never exported again. */
export class RsaPrivateKey implements KeySource {
  readonly publicKey: RsaPublicKey;
  #unwrapper: Unwrapper | undefined;

  private constructor(publicKey: RsaPublicKey, unwrapper: Unwrapper) {
    this.publicKey = publicKey;
    this.#unwrapper = unwrapper;
  }

  /**
   * @param pkcs8 DER of an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208 §5); it stays the caller's to wipe
   * @throws {SecurityError} `INVALID_KEY` on damage, on numbers that do not belong together, or fewer than 2048 bits
   */
  static async fromPkcs8(pkcs8: Uint8Array): Promise<RsaPrivateKey> {
    const numbers = readPkcs8(pkcs8);
    checkStrength(numbers);
    const publicKey = await RsaPublicKey.fromSpki(spkiFromNumbers(numbers));
    const unwrapper = await importUnwrapper(pkcs8);
    const key = new RsaPrivateKey(publicKey, unwrapper);
    try {
      // One round trip shows that what the library imported works; meanwhile its numbers are checked.
      if (await roundTrips(key, () => unwrapper.check())) return key;
      throw new SecurityError('INVALID_KEY', 'the private key does not work');
    } catch (error) {
      key.dispose();
      throw error;
    }
  }

  /** See {@link KeySource.unwrap}. The signal is heard while waiting for a turn. */
  async unwrap(wrapped: Uint8Array, signal?: AbortSignalLike): Promise<Bytes> {
    if (this.#unwrapper === undefined) throw new DisposedError('RsaPrivateKey');
    try {
      return await this.#unwrapper.unwrap(oaep.blockOf(wrapped, this.publicKey.modulusBytes), signal);
    } catch {
      signal?.throwIfAborted();
      throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
    }
  }

  /** Forgets the key; operations under way end well. Idempotent. */
  dispose(): void {
    this.#unwrapper?.dispose();
    this.#unwrapper = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toJSON(): { publicKey: string } {
    return { publicKey: this.publicKey.fingerprint };
  }
}

/**
 * A new RSA private key (public exponent 65537) as PKCS#8 DER in protected memory: to be stored, imported with
 * {@link RsaPrivateKey.fromPkcs8}, and disposed of. Takes a second or so, off the main thread.
 *
 * @throws {InvalidArgumentError} when `keySize` is none of {@link KEY_SIZES}
 */
export async function generatePkcs8(keySize: KeySize = SUITE.defaultModulusBits): Promise<SecureByteContext> {
  checkKeySize(keySize);
  const generated = await rsa.generate(keySize);
  try {
    return new SecureByteContext(generated.der);
  } finally {
    generated.release();
  }
}

/** @throws {InvalidArgumentError} when `keySize` is none of {@link KEY_SIZES} */
export function checkKeySize(keySize: KeySize): void {
  if (KEY_SIZES.includes(keySize)) return;
  throw new InvalidArgumentError('keySize', `must be one of ${KEY_SIZES.join(', ')} bits`);
}

async function importUnwrapper(pkcs8: Uint8Array): Promise<Unwrapper> {
  try {
    return await rsa.importUnwrapper(pkcs8);
  } catch (error) {
    if (error instanceof NomyoError) throw error;
    throw new SecurityError('INVALID_KEY', 'the RSA private key is refused by the crypto library');
  }
}
