/** Ed25519 keys (RFC 8032): the root, which is offline, and the signer, which the root delegates to (SPEC section 4). */
import { platform } from '#platform';
import { InvalidArgumentError, randomBytes, type Bytes } from '@nomyo/base';
import { decodeBase64, encodeBase64, SecureByteContext } from '@nomyo/crypto';
import { SIZES } from '../facts.js';

/** A private Ed25519 key in protected memory. */
export interface SigningKey {
  /** 32 raw bytes. */
  readonly publicKey: Bytes;
  readonly sign: (message: Uint8Array) => Promise<Bytes>;
  /** Lends the 32-byte seed, to be written to a file. */
  readonly borrowSeed: <T>(fn: (seed: Bytes) => T) => T;
  /** Wipes the private key. Idempotent. */
  readonly dispose: () => void;
}

/** A new key. */
export async function generateSigningKey(): Promise<SigningKey> {
  return importSigningKey(new SecureByteContext(randomBytes(SIZES.signingKey)));
}

/** @param seed 32 bytes, taken over; wiped when the key ends */
export async function importSigningKey(seed: SecureByteContext): Promise<SigningKey> {
  if (seed.length !== SIZES.signingKey) throw new InvalidArgumentError('seed', 'must be 32 bytes');
  return {
    publicKey: await seed.borrow((bytes) => platform.signingPublicKey(bytes)),
    sign: async (message) => seed.borrow((bytes) => platform.sign(bytes, message)),
    borrowSeed: (fn) => seed.borrow(fn),
    dispose: () => {
      seed.dispose();
    },
  };
}

const PIN = 'ed25519/';

/** The pin of a root: `ed25519/` and base64 of its 32 raw bytes. */
export function formatPin(publicKey: Uint8Array): string {
  return `${PIN}${encodeBase64(publicKey)}`;
}

/**
 * The 32 raw bytes of a pin.
 *
 * @param name of the option, for the error
 * @throws {InvalidArgumentError} when it is no pin
 */
export function parsePin(name: string, pin: unknown): Bytes {
  const bytes = typeof pin === 'string' && pin.startsWith(PIN) ? decoded(pin.slice(PIN.length)) : undefined;
  if (bytes?.byteLength === SIZES.signingKey) return bytes;
  throw new InvalidArgumentError(
    name,
    'must be ed25519/ and the base64 of 32 bytes, as `nomyo-router keys root` prints it',
  );
}

function decoded(text: string): Bytes | undefined {
  try {
    const bytes = decodeBase64(text);
    // One way to write each pin: what was not read is not there.
    return encodeBase64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
