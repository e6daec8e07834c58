import { openGcm } from '#runtime';
import {
  abortable,
  InvalidArgumentError,
  isBytes,
  NomyoError,
  SecurityError,
  type NomyoErrorCode,
} from '@nomyo/base';
import { MemoryNotLockedError } from '../memory/not-locked.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { KeySource } from '../rsa/key-source.js';
import { SUITE } from '../suite.js';
import { parseEnvelope } from './wire.js';

/** How an envelope is opened. */
export interface OpenOptions extends SecureByteContextOptions {
  /** Ends the wait for the private key, wherever that is: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Whether the memory of the envelope may be used up. A large plaintext then takes the place of its ciphertext, where
   * the runtime can do that, and no second buffer of that size is needed; the envelope is worthless afterwards, whether
   * it opened or not. Default: `false`.
   */
  readonly consume?: boolean;
}

/** An opened envelope. */
export interface OpenedEnvelope {
  /** The whole payload; the caller uses it once or disposes of it. */
  readonly plaintext: SecureByteContext;
  /** Unix seconds, when the sender wrote them; nothing vouches for them. */
  readonly processedAt?: number;
}

/**
 * Opens an envelope that was sealed to `keys` (SPEC.md §5). A client opens answers with it, a router requests. It
 * gives the whole payload or an error, never a part.
 *
 * @throws {InvalidArgumentError} when `envelope` is no `Uint8Array`
 * @throws {SecurityError} `INVALID_ENVELOPE` before any key is used: the envelope is malformed, or of another suite
 * @throws {SecurityError} `DECRYPTION_FAILED`: everything from the unwrap to the tag, without saying which
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`: nothing of the plaintext is left
 * @throws {DisposedError} when `keys` were disposed of
 */
export async function openEnvelope(
  envelope: Uint8Array,
  keys: KeySource,
  options: OpenOptions = {},
): Promise<OpenedEnvelope> {
  if (!isBytes(envelope)) throw new InvalidArgumentError('envelope', 'must be a Uint8Array');
  const { sealed, wrappedKey, processedAt } = parseEnvelope(envelope, keys.publicKey.modulusBytes);
  const aesKey = await unwrapKey(wrappedKey, keys, options);
  try {
    const plaintext = await openGcm(sealed, aesKey, options);
    return processedAt === undefined ? { plaintext } : { plaintext, processedAt };
  } catch (error) {
    if (error instanceof MemoryNotLockedError) throw error;
    throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
  } finally {
    aesKey.dispose();
  }
}

/** What a key source may say; everything else would tell at which step it failed. */
const TOLD: readonly NomyoErrorCode[] = ['CONNECTION_TIMEOUT', 'DISPOSED', 'MEMORY_NOT_LOCKED'];

/**
 * A block that does not unwrap, for whatever reason, is replaced by a random key, and opening goes on until the tag
 * fails: neither the error nor the time tells an attacker which step it was (the same idea as RFC 5246 §7.4.7.1).
 */
async function unwrapKey(
  wrappedKey: Uint8Array,
  keys: KeySource,
  options: OpenOptions,
): Promise<SecureByteContext> {
  try {
    const unwrapped = await ask(keys, wrappedKey, options);
    if (unwrapped.length === SUITE.aesKeyBytes) return unwrapped;
    unwrapped.dispose();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof NomyoError && TOLD.includes(error.code)) throw error;
  }
  const random = SecureByteContext.allocate(SUITE.aesKeyBytes, options);
  random.borrow((bytes) => globalThis.crypto.getRandomValues(bytes));
  return random;
}

/** Not every key source listens to the signal; what one gives too late is wiped. */
async function ask(keys: KeySource, wrapped: Uint8Array, options: OpenOptions): Promise<SecureByteContext> {
  const answer = Promise.resolve(keys.unwrap(wrapped, options.signal, options)).then((given: unknown) => {
    if (given instanceof SecureByteContext) return given;
    if (isBytes(given)) return new SecureByteContext(given, options);
    throw new TypeError('the key source gave no bytes');
  });
  try {
    return await abortable(answer, options.signal);
  } catch (error) {
    void answer.then(
      (late) => late.dispose(),
      () => undefined,
    );
    throw error;
  }
}
