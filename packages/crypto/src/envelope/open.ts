/** Opens an envelope (SPEC.md §5): reads it, unwraps its key, and decrypts and checks its payload. */
import { decodeBase64, openGcm } from '#runtime';
import {
  abortable,
  InvalidArgumentError,
  isBytes,
  isObject,
  NomyoError,
  SecurityError,
  type Bytes,
  type NomyoErrorCode,
} from '@nomyo/base';
import { parseObject, type JsonFault, type JsonObject } from '../json/parse.js';
import { MemoryNotLockedError } from '../memory/not-locked.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { KeySource } from '../rsa/key-source.js';
import type { GcmEnvelope, GcmMessage } from '../runtime/runtime.js';
import { SUITE } from '../suite.js';
import { extractCiphertext, LONG } from './extract-ciphertext.js';

/** Options of {@link openEnvelope}. */
export interface OpenOptions extends SecureByteContextOptions {
  /** Ends the wait for the private key, wherever it is held: the promise rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * Allows the envelope's own memory to be overwritten. Where the runtime can do that, a large plaintext then takes the
   * place of its ciphertext, which saves a second buffer of that size. The envelope cannot be used again, whether or
   * not it opened. Default: `false`.
   */
  readonly consume?: boolean;
}

/** An opened envelope. */
export interface OpenedEnvelope {
  /** The whole payload. The caller calls `use` on it once, or disposes of it. */
  readonly plaintext: SecureByteContext;
  /** The sender's `processed_at`, in Unix seconds. It is not authenticated. Left out if the sender did not write it. */
  readonly processedAt?: number;
}

/** The content of an envelope. */
interface EnvelopeParts {
  /** A long ciphertext stays base64, as a view of the envelope. */
  readonly sealed: GcmEnvelope | GcmMessage;
  readonly wrappedKey: Bytes;
  /** Unix seconds, as the router states them; not authenticated. */
  readonly processedAt: number | undefined;
}

/** Most members and elements an envelope may have, including those that are ignored. A real one has nine. */
const MAX_VALUES = 1000;

const refuse = (why: string): SecurityError =>
  new SecurityError('INVALID_ENVELOPE', `invalid envelope: ${why}`);

const wrongBody = (fault: JsonFault): SecurityError => refuse(`the body is ${fault}`);

/**
 * Opens an envelope that was sealed to `keys` (SPEC.md §5): an answer on a client, a request on a router. The result is
 * the whole payload or an error, never a part.
 *
 * @throws {InvalidArgumentError} when `envelope` is not a `Uint8Array`
 * @throws {SecurityError} `INVALID_ENVELOPE` before any key is used: the envelope is malformed, or of another suite
 * @throws {SecurityError} `DECRYPTION_FAILED` when any step from unwrapping the key to checking the tag fails; the
 *   error does not say which
 * @throws {SecurityError} `MEMORY_NOT_LOCKED` with `requireLocked`, when memory cannot be locked; nothing of the
 *   plaintext is left
 * @throws {DisposedError} when `keys` were disposed of
 * @throws the signal's reason
 * @example
 * const { plaintext } = await openEnvelope(envelope, privateKey);
 * const answer = decodePayload(plaintext);
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

/**
 * Reads an envelope strictly (SPEC.md §4), before any key is used. Unknown members are ignored.
 *
 * @param wrappedKeyBytes length of the recipient's modulus
 * @throws {SecurityError} `INVALID_ENVELOPE`
 */
function parseEnvelope(envelope: Uint8Array, wrappedKeyBytes: number): EnvelopeParts {
  const extracted = envelope.byteLength > LONG ? extractCiphertext(envelope) : undefined;
  const members = parseObject(extracted?.json ?? envelope, MAX_VALUES, wrongBody);
  checkSuite(members);
  const payload = members['encrypted_payload'];
  if (!isObject(payload)) throw refuse('encrypted_payload is not an object');
  const ciphertext =
    extracted !== undefined && payload['ciphertext'] === extracted.placeholder
      ? { base64: extracted.text }
      : { ciphertext: bytesOf(payload, 'ciphertext') };
  const nonce = bytesOf(payload, 'nonce', SUITE.nonceBytes);
  const tag = bytesOf(payload, 'tag', SUITE.tagBytes);
  const wrappedKey = bytesOf(members, 'encrypted_aes_key', wrappedKeyBytes);
  const time = members['processed_at'];
  const processedAt = typeof time === 'number' && Number.isFinite(time) ? time : undefined;
  return { sealed: { ...ciphertext, nonce, tag }, wrappedKey, processedAt };
}

function checkSuite(members: JsonObject): void {
  // A body without any of these was not encrypted at all, which is a different mistake from a wrong version.
  if (!('encrypted_payload' in members || 'encrypted_aes_key' in members || 'algorithm' in members)) {
    throw refuse('the body is not encrypted; the router answered in the clear');
  }
  if (members['version'] !== SUITE.version) throw refuse('unsupported version');
  if (members['algorithm'] !== SUITE.algorithm) throw refuse('unsupported algorithm');
  const { key_algorithm: keyAlgorithm = SUITE.keyAlgorithm } = members;
  const { payload_algorithm: payloadAlgorithm = SUITE.payloadAlgorithm } = members;
  if (keyAlgorithm !== SUITE.keyAlgorithm) throw refuse('unsupported key_algorithm');
  if (payloadAlgorithm !== SUITE.payloadAlgorithm) throw refuse('unsupported payload_algorithm');
}

/** @param length required length in bytes; any by default */
function bytesOf(members: JsonObject, name: string, length?: number): Bytes {
  const text = members[name];
  if (typeof text !== 'string') throw refuse(`${name} is missing or not a string`);
  let bytes: Bytes;
  try {
    bytes = decodeBase64(text);
  } catch {
    throw refuse(`${name} is not canonical base64`);
  }
  if (length !== undefined && bytes.byteLength !== length) {
    throw refuse(`${name} must have ${String(length)} bytes`);
  }
  return bytes;
}

/** Error codes of a key source that are passed on. Any other would reveal at which step opening failed. */
const TOLD: readonly NomyoErrorCode[] = ['CONNECTION_TIMEOUT', 'DISPOSED', 'MEMORY_NOT_LOCKED'];

/**
 * A block that does not unwrap, for whatever reason, is replaced by a random key, and opening continues until the tag
 * check fails: neither the error nor the timing tells an attacker which step it was (as in RFC 5246 §7.4.7.1).
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

/** Asks the key source to unwrap. Not every source listens to the signal; a key that arrives too late is wiped. */
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
