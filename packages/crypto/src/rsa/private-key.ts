import { privateKeys } from '#runtime';
import {
  DisposedError,
  InvalidArgumentError,
  NomyoError,
  SecurityError,
  type AbortSignalLike,
} from '@nomyo/base';
import { MemoryNotLockedError } from '../memory/not-locked.js';
import type { SecureByteContext, SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { Unwrapper } from '../runtime/runtime.js';
import { SUITE } from '../suite.js';
import { keySelfTest } from './key-self-test.js';
import type { KeySource } from './key-source.js';
import { checkSizes, plainPkcs8, readPkcs8, spkiFromNumbers } from './pkcs8.js';
import { blockOf, checkStrength, RsaPublicKey } from './public-key.js';

/** Modulus sizes of the keys this SDK generates, in bits. */
export const KEY_SIZES = [2048, 3072, 4096] as const;

/** Modulus size of a key pair, in bits. */
export type KeySize = (typeof KEY_SIZES)[number];

/** An RSA private key in this process. It can unwrap, and can never be exported. */
export class RsaPrivateKey implements KeySource {
  readonly publicKey: RsaPublicKey;
  #unwrapper: Unwrapper | undefined;

  private constructor(publicKey: RsaPublicKey, unwrapper: Unwrapper) {
    this.publicKey = publicKey;
    this.#unwrapper = unwrapper;
  }

  /**
   * Imports a private key and tests it.
   *
   * @param pkcs8 DER of an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208 §5); it stays the caller's to wipe
   * @param memory for the key and its self-test
   * @throws {SecurityError} `INVALID_KEY` on a key that is damaged, does not work, or has fewer than 2048 bits. A wrong
   *   number that OpenSSL does not need may pass where the key still unwraps correctly; other libraries reject such a
   *   key.
   * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the key cannot be in locked memory
   * @example
   * const key = await (await generatePkcs8()).use((pkcs8) => RsaPrivateKey.fromPkcs8(pkcs8));
   */
  static async fromPkcs8(pkcs8: Uint8Array, memory: SecureByteContextOptions = {}): Promise<RsaPrivateKey> {
    const numbers = readPkcs8(pkcs8);
    checkStrength(numbers);
    checkSizes(numbers);
    const publicKey = await RsaPublicKey.fromSpki(spkiFromNumbers(numbers));
    const plain = plainPkcs8(pkcs8, memory);
    const key = new RsaPrivateKey(publicKey, await plain.use((bytes) => importPrivateKey(bytes, memory)));
    try {
      if (await keySelfTest(key, memory)) return key;
      throw new SecurityError('INVALID_KEY', 'the private key is damaged: it fails its self-test');
    } catch (error) {
      key.dispose();
      throw error;
    }
  }

  /** Whether the key is in locked memory; `false` after {@link dispose}. */
  get locked(): boolean {
    return this.#unwrapper?.locked ?? false;
  }

  /**
   * See {@link KeySource.unwrap}. The signal only ends the wait for a turn.
   *
   * @throws {SecurityError} `DECRYPTION_FAILED`
   * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`
   */
  async unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignalLike,
    memory: SecureByteContextOptions = {},
  ): Promise<SecureByteContext> {
    if (this.#unwrapper === undefined) throw new DisposedError('RsaPrivateKey');
    if (!this.#unwrapper.locked) memory.onUnlocked?.(this.publicKey.modulusBytes);
    try {
      const block = blockOf(wrapped, this.publicKey);
      return await this.#unwrapper.unwrap(block, memory, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof MemoryNotLockedError) throw error;
      throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
    }
  }

  /** Disposes of the key. Operations under way still succeed. Idempotent. */
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
 * Generates an RSA private key (public exponent 65537) as PKCS#8 DER in protected memory: to be stored, imported with
 * {@link RsaPrivateKey.fromPkcs8}, and disposed of. Takes about a second, off the main thread.
 *
 * @param keySize of the modulus, in bits; 4096 by default
 * @throws {InvalidArgumentError} when `keySize` is not one of {@link KEY_SIZES}
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when the key cannot be in locked memory
 */
export async function generatePkcs8(
  keySize: KeySize = SUITE.defaultModulusBits,
  memory: SecureByteContextOptions = {},
): Promise<SecureByteContext> {
  checkKeySize(keySize);
  return privateKeys.generatePkcs8(keySize, memory);
}

/** @throws {InvalidArgumentError} when `keySize` is not one of {@link KEY_SIZES} */
export function checkKeySize(keySize: KeySize): void {
  if (KEY_SIZES.includes(keySize)) return;
  throw new InvalidArgumentError('keySize', `must be one of ${KEY_SIZES.join(', ')} bits`);
}

async function importPrivateKey(pkcs8: Uint8Array, memory: SecureByteContextOptions): Promise<Unwrapper> {
  try {
    return await privateKeys.importPrivateKey(pkcs8, memory);
  } catch (error) {
    if (error instanceof NomyoError) throw error;
    throw new SecurityError('INVALID_KEY', 'the crypto library refuses the RSA private key');
  }
}
