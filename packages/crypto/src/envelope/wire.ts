/** Reading an envelope strictly (SPEC.md §4), before any key is used. */
import { decodeBase64 } from '#runtime';
import { isObject, SecurityError, type Bytes } from '@nomyo/base';
import { parseObject, type JsonFault, type JsonObject } from '../json/parse.js';
import type { GcmEnvelope, GcmMessage } from '../runtime/runtime.js';
import { SUITE } from '../suite.js';
import { extractCiphertext, LONG } from './extract-ciphertext.js';

/** What an envelope carries. */
export interface EnvelopeParts {
  /** A long ciphertext as base64, in a view of the envelope. */
  readonly sealed: GcmEnvelope | GcmMessage;
  readonly wrappedKey: Bytes;
  /** Unix seconds, as the router says it; nothing vouches for it. */
  readonly processedAt: number | undefined;
}

/** Most members and elements of an envelope, those that are ignored included. It has nine. */
const MAX_VALUES = 1000;

const refuse = (why: string): SecurityError => new SecurityError('INVALID_ENVELOPE', `no envelope: ${why}`);

/**
 * Reads an envelope. Unknown members are ignored.
 *
 * @param wrappedKeyBytes length of the recipient's modulus
 * @throws {SecurityError} `INVALID_ENVELOPE`
 */
export function parseEnvelope(envelope: Uint8Array, wrappedKeyBytes: number): EnvelopeParts {
  const extracted = envelope.byteLength > LONG ? extractCiphertext(envelope) : undefined;
  const members = parseObject(extracted?.json ?? envelope, MAX_VALUES, wrongBody);
  checkSuite(members);
  const payload = members['encrypted_payload'];
  if (!isObject(payload)) throw refuse('encrypted_payload is no object');
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

const FAULTS: Readonly<Record<JsonFault, string>> = {
  'no object': 'no JSON object',
  'too deep': 'too deep',
  'too wide': 'too wide',
  'no JSON': 'no JSON in UTF-8',
};

const wrongBody = (fault: JsonFault): SecurityError => refuse(`the body is ${FAULTS[fault]}`);

function checkSuite(members: JsonObject): void {
  // Whoever answers without these did not encrypt at all: a mistake of another kind than another version.
  if (!('encrypted_payload' in members || 'encrypted_aes_key' in members || 'algorithm' in members)) {
    throw refuse('the body is not encrypted: the router answered in the clear');
  }
  if (members['version'] !== SUITE.version) throw refuse('another version');
  if (members['algorithm'] !== SUITE.algorithm) throw refuse('another algorithm');
  const { key_algorithm: keyAlgorithm = SUITE.keyAlgorithm } = members;
  const { payload_algorithm: payloadAlgorithm = SUITE.payloadAlgorithm } = members;
  if (keyAlgorithm !== SUITE.keyAlgorithm) throw refuse('another key_algorithm');
  if (payloadAlgorithm !== SUITE.payloadAlgorithm) throw refuse('another payload_algorithm');
}

/** @param length that the member must have, in bytes. Default: any */
function bytesOf(members: JsonObject, name: string, length?: number): Bytes {
  const text = members[name];
  if (typeof text !== 'string') throw refuse(`${name} is missing or no string`);
  let bytes: Bytes;
  try {
    bytes = decodeBase64(text);
  } catch {
    throw refuse(`${name} is no canonical base64`);
  }
  if (length !== undefined && bytes.byteLength !== length) {
    throw refuse(`${name} has not ${String(length)} bytes`);
  }
  return bytes;
}
