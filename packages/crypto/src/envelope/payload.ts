/** The payload inside an envelope: one JSON object in UTF-8 (SPEC.md §6). */
import { utf8Decode, utf8Encode } from '../bytes.js';
import { InvalidArgumentError, SecurityError } from '../errors.js';
import { SecureByteContext, type SecureByteContextOptions } from '../memory/secure-byte-context.js';
import { SUITE } from './suite.js';

/** A JSON object whose members are not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * JSON of a request or an answer, as bytes in protected memory.
 *
 * @throws {InvalidArgumentError} when it is no plain object or cannot be written as JSON (circular, BigInt)
 */
export function encodePayload(payload: object, options: SecureByteContextOptions = {}): SecureByteContext {
  if (!isJsonObject(payload)) throw new InvalidArgumentError('payload', 'must be an object');
  return new SecureByteContext(utf8Encode(stringify(payload)), options);
}

/**
 * The JSON object in an opened envelope, whose bytes are wiped.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT` when it is not UTF-8, not JSON, or no object
 */
export function decodePayload(plaintext: SecureByteContext): JsonObject {
  return plaintext.use((bytes) => {
    const value = parse(bytes);
    if (!isJsonObject(value)) throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON object');
    return value;
  });
}

/** @throws {SecurityError} `PAYLOAD_TOO_LARGE` when a request is over the protocol's limit */
export function checkPayloadSize(payload: SecureByteContext): void {
  if (payload.length <= SUITE.maxPayloadBytes) return;
  throw new SecurityError(
    'PAYLOAD_TOO_LARGE',
    `the request has ${String(payload.length)} bytes of JSON; at most ${String(SUITE.maxPayloadBytes)} are allowed`,
  );
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringify(payload: object): string {
  let json: unknown;
  try {
    json = JSON.stringify(payload);
  } catch {
    // The error of JSON.stringify names members of the payload.
    throw new InvalidArgumentError('payload', 'cannot be written as JSON: it is circular or holds a BigInt');
  }
  if (typeof json !== 'string') throw new InvalidArgumentError('payload', 'cannot be written as JSON');
  return json;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Decode(bytes));
  } catch {
    // The parser's own error quotes the plaintext.
    throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON in UTF-8');
  }
}
