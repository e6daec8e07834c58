import { openBase64 } from '#engine';
import { InvalidArgumentError, NomyoError, randomBytes, SecurityError } from '@nomyo/base';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { KeySource } from '../rsa/key-source.js';
import { SUITE } from './suite.js';
import { parseEnvelope, type EnvelopeParts } from './wire.js';

/** How an envelope is opened. */
export interface OpenOptions extends SecureByteContextOptions {
  /** Heard while the private key is at work elsewhere. */
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
 */
export async function openEnvelope(
  envelope: Uint8Array,
  keys: KeySource,
  options: OpenOptions = {},
): Promise<OpenedEnvelope> {
  checkArguments(envelope);
  const parts = parseEnvelope(envelope, keys.publicKey.modulusBytes);
  const aesKey = await unwrapKey(parts, keys, options);
  const plaintext = await aesKey.use((key) => decrypt(parts, key, options));
  return { plaintext, ...(parts.processedAt === undefined ? {} : { processedAt: parts.processedAt }) };
}

function checkArguments(envelope: unknown): void {
  if (!(envelope instanceof Uint8Array)) throw new InvalidArgumentError('envelope', 'must be a Uint8Array');
}

/**
 * A block that does not unwrap is replaced by a random key, and opening goes on until the tag fails: neither the
 * error nor the time tells an attacker which step it was (the same idea as RFC 5246 §7.4.7.1).
 */
async function unwrapKey(
  parts: EnvelopeParts,
  keys: KeySource,
  options: OpenOptions,
): Promise<SecureByteContext> {
  try {
    const unwrapped = new SecureByteContext(await keys.unwrap(parts.wrappedKey, options.signal), options);
    if (unwrapped.length === SUITE.aesKeyBytes) return unwrapped;
    unwrapped.dispose();
  } catch (error) {
    if (!(error instanceof NomyoError && error.code === 'DECRYPTION_FAILED')) throw error;
  }
  return new SecureByteContext(randomBytes(SUITE.aesKeyBytes), options);
}

async function decrypt(
  { ciphertext, nonce, tag }: EnvelopeParts,
  key: Uint8Array<ArrayBuffer>,
  options: OpenOptions,
): Promise<SecureByteContext> {
  try {
    return await openBase64(ciphertext, { key, nonce }, tag, options);
  } catch {
    throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
  }
}
