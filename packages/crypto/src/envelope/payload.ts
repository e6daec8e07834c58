/** The payload inside an envelope: one JSON object in UTF-8 (SPEC.md §6). */
import { InvalidArgumentError, isObject, SecurityError } from '@nomyo/base';
import { parseObject, type JsonFault, type JsonObject } from '../json/parse.js';
import { serializeJson, type SerializeOptions } from '../json/serialize.js';
import type { SecureByteContext } from '../memory/secure-byte-context.js';
import { SUITE } from '../suite.js';

/** First byte of a JSON object. */
const BRACE = 0x7b;

/**
 * Writes a request or an answer as JSON bytes in protected memory; see {@link serializeJson}.
 *
 * @throws {InvalidArgumentError} when `payload` is not an object or cannot be written as JSON (circular, BigInt)
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE` when the JSON is longer than `maxBytes`
 */
export function encodePayload(payload: object, options: SerializeOptions = {}): SecureByteContext {
  if (!isObject(payload)) throw notAnObject();
  const json = serializeJson(payload, options);
  // A Date or a Uint8Array is an object, and its JSON is a string.
  if (json.borrow((bytes) => bytes[0]) === BRACE) return json;
  json.dispose();
  throw notAnObject();
}

/**
 * Parses the JSON object in an opened envelope and wipes its bytes. The object's own strings cannot be wiped.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT` when the plaintext is not UTF-8, not JSON, or not an object
 */
export function decodePayload(plaintext: SecureByteContext): JsonObject {
  return plaintext.use((bytes) => parseObject(bytes, Number.POSITIVE_INFINITY, wrongPlaintext));
}

/**
 * Checks a request against the protocol's limit, {@link SUITE}`.maxPayloadBytes`.
 *
 * @throws {SecurityError} `PAYLOAD_TOO_LARGE`
 */
export function checkPayloadSize(payload: SecureByteContext): void {
  if (payload.length <= SUITE.maxPayloadBytes) return;
  throw new SecurityError(
    'PAYLOAD_TOO_LARGE',
    `the request has ${String(payload.length)} bytes of JSON; at most ${String(SUITE.maxPayloadBytes)} are allowed`,
  );
}

const notAnObject = (): InvalidArgumentError => new InvalidArgumentError('payload', 'must be an object');

function wrongPlaintext(fault: JsonFault): SecurityError {
  return new SecurityError('INVALID_PLAINTEXT', `the opened answer is ${fault}`);
}
