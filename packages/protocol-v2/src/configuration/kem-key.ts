/** KEM keys, to which requests are sealed (SPEC sections 2 to 4). */
import { platform } from '#platform';
import { concatBytes, DisposedError, InvalidArgumentError, randomBytes, type Bytes } from '@nomyo/base';
import { SecureByteContext } from '@nomyo/crypto';
import { isSuite, LABEL, LIMITS, SIZES, SUITES, type SuiteId } from '../facts.js';
import { integer, toHex } from '../layout.js';

/** The public half and its validity. */
export interface PublicKemKey {
  readonly suite: SuiteId;
  /** Unix seconds; at most 86,400 s apart. */
  readonly activeFrom: number;
  readonly activeUntil: number;
  readonly publicKey: Bytes;
  /** 32 hexadecimal digits: the id of SPEC 4.1. */
  readonly keyId: string;
}

/**
 * A gateway's key. Its private half lives in protected memory, and ends with {@link KemKey.dispose}. Where that memory is
 * not locked, Node's key objects made from it live as long and are freed by the garbage collector: to be sure that every
 * copy is gone, run the collector.
 */
export interface KemKey extends PublicKemKey {
  /** Decapsulates; the caller wipes the result. */
  readonly decapsulate: (enc: Uint8Array) => Promise<Bytes>;
  /** Wipes the private half: the forward secrecy there is (SPEC 4.4). Idempotent. */
  readonly dispose: () => void;
}

/** The purpose of a new key. */
export interface KemKeyOptions {
  /** Default: 1. */
  readonly suite?: SuiteId;
  readonly activeFrom: number;
  readonly activeUntil: number;
}

/** The first 16 bytes of SHA-256(label ‖ suite ‖ public key), in hexadecimal digits (SPEC 4.1). */
export async function keyIdOf(suite: SuiteId, publicKey: Uint8Array): Promise<string> {
  const digest = await platform.sha256(concatBytes(LABEL.keyId, integer(suite, 1), publicKey));
  return toHex(digest.subarray(0, SIZES.keyId));
}

/**
 * A new key.
 *
 * @throws {InvalidArgumentError} on an unknown suite, or a life that is not 1 to 86,400 s
 * @example
 * const key = await generateKemKey({ activeFrom: now, activeUntil: now + 3_600 });
 */
export async function generateKemKey(options: KemKeyOptions): Promise<KemKey> {
  return importKemKey(new SecureByteContext(randomBytes(SIZES.key)), options);
}

/**
 * A key from its private bytes: the 32-byte seed of suite 1, the X25519 scalar of suite 2.
 *
 * @param privateKey taken over; wiped when the key ends
 */
export async function importKemKey(privateKey: SecureByteContext, options: KemKeyOptions): Promise<KemKey> {
  const { suite = 1, activeFrom, activeUntil } = options;
  checkLife(suite, activeFrom, activeUntil);
  if (privateKey.length !== SUITES[suite].privateBytes) {
    throw new InvalidArgumentError('privateKey', 'must be 32 bytes');
  }
  const publicKey = await privateKey.borrow((bytes) => platform.kemPublicKey(suite, bytes));
  const keyId = await keyIdOf(suite, publicKey);
  const decapsulator = platform.decapsulator(suite, privateKey, publicKey);
  return {
    ...{ suite, activeFrom, activeUntil, publicKey, keyId },
    decapsulate: async (enc) => {
      if (privateKey.disposed) throw new DisposedError('KemKey');
      return decapsulator.decapsulate(enc);
    },
    dispose: () => {
      decapsulator.dispose();
      privateKey.dispose();
    },
  };
}

function checkLife(suite: number, activeFrom: number, activeUntil: number): void {
  if (!isSuite(suite)) throw new InvalidArgumentError('suite', 'must be 1 or 2');
  for (const [name, value] of [
    ['activeFrom', activeFrom],
    ['activeUntil', activeUntil],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidArgumentError(name, 'must be Unix seconds');
    }
  }
  if (activeUntil <= activeFrom || activeUntil - activeFrom > LIMITS.maxLife) {
    throw new InvalidArgumentError(
      'activeUntil',
      `must be 1 to ${String(LIMITS.maxLife)} s after activeFrom`,
    );
  }
}

/** Whether a gateway still accepts requests to this key (SPEC 4.4). */
export function isAccepted(key: PublicKemKey, now: number): boolean {
  return key.activeFrom - LIMITS.window <= now && now < key.activeUntil + LIMITS.window;
}

/**
 * The implementation of ML-KEM-768 in use: `node:crypto`, `WebCrypto` or `@noble/post-quantum`. The last one is
 * JavaScript and not constant-time: acceptable for a client, not for a gateway's key (SPEC section 3).
 */
export function mlKemImplementation(): string {
  return platform.mlKem();
}
