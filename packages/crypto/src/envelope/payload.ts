/** The payload inside an envelope: one JSON object in UTF-8 (SPEC.md §6). */
import { InvalidArgumentError, SecurityError, utf8Decode } from '@nomyo/base';
import { MAX_DEPTH, shapeOf } from '../json/depth.js';
import { serializeJson, type SerializeOptions } from '../json/serialize.js';
import type { SecureByteContext } from '../memory/secure-byte-context.js';
import { SUITE } from '../suite.js';

/** A JSON object whose members are not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** First byte of a JSON object. */
const BRACE = 0x7b;

/**
 * JSON of a request or an answer, as bytes in protected memory; see {@link serializeJson}.
 *
 * @throws {InvalidArgumentError} when it is no object or cannot be written as JSON (circular, BigInt)
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE` when the JSON is longer than `maxBytes`
 */
export function encodePayload(payload: object, options: SerializeOptions = {}): SecureByteContext {
  if (!isJsonObject(payload)) throw notAnObject();
  const json = serializeJson(payload, options);
  // A Date or a Uint8Array is an object, and its JSON is a string.
  if (json.borrow((bytes) => bytes[0]) === BRACE) return json;
  json.dispose();
  throw notAnObject();
}

/**
 * The JSON object in an opened envelope, whose bytes are wiped.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT` when it is not UTF-8, not JSON, or no object
 */
export function decodePayload(plaintext: SecureByteContext): JsonObject {
  return plaintext.use((bytes) => {
    checkShape(bytes);
    const value = parse(bytes);
    if (isJsonObject(value)) return value;
    throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON object');
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

const notAnObject = (): InvalidArgumentError => new InvalidArgumentError('payload', 'must be an object');

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Before a parser builds anything: whoever holds the public key can seal 40 MB of brackets. */
function checkShape(bytes: Uint8Array): void {
  const shape = shapeOf(bytes);
  if (shape === 'object') return;
  const why = shape === 'no object' ? 'no JSON object' : `nested more than ${String(MAX_DEPTH)} levels deep`;
  throw new SecurityError('INVALID_PLAINTEXT', `the opened answer is ${why}`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Decode(bytes));
  } catch {
    // The parser's own error quotes the plaintext.
    throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON in UTF-8');
  }
}
