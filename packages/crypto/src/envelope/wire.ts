/** The envelope on the wire: UTF-8 JSON around base64 (SPEC.md §4). Writing it in place, reading it strictly. */
import { decodeBase64, encodeBase64, isCanonicalBase64 } from '#runtime';
import { base64Length } from '../base64.js';
import {
  allocateBytes,
  SecurityError,
  utf8Decode,
  utf8Encode,
  utf8EncodeInto,
  type Bytes,
} from '@nomyo/base';
import { extractCiphertext, type Extracted } from './extract-ciphertext.js';
import { shapeOf } from '../json/depth.js';
import { SUITE } from '../suite.js';

/** The members of an envelope that carry bytes. */
export interface EnvelopeParts {
  /** Canonical base64, as a view of the envelope. */
  readonly ciphertext: Uint8Array;
  readonly nonce: Bytes;
  readonly tag: Bytes;
  readonly wrappedKey: Bytes;
  /** Unix seconds, as the router says it; nothing vouches for it. */
  readonly processedAt?: number;
}

/** A whole envelope, but for the ciphertext and the tag, which are written into their places. */
export interface EnvelopeFrame {
  readonly bytes: Bytes;
  readonly ciphertextOffset: number;
  readonly tagOffset: number;
}

const HEAD = utf8Encode(
  `{"version":"${SUITE.version}","algorithm":"${SUITE.algorithm}","encrypted_payload":{"ciphertext":"`,
);
const ALGORITHMS = `"key_algorithm":"${SUITE.keyAlgorithm}","payload_algorithm":"${SUITE.payloadAlgorithm}"`;

/** Lays an envelope out for a payload of `payloadBytes` bytes, in one buffer of the final size. */
export function frameEnvelope(
  payloadBytes: number,
  nonce: Uint8Array,
  wrappedKey: Uint8Array,
  processedAt?: number,
): EnvelopeFrame {
  const time = processedAt === undefined ? '' : `,"processed_at":${String(processedAt)}`;
  // ASCII, in which characters are bytes.
  const beforeTag = `","nonce":"${encodeBase64(nonce)}","tag":"`;
  const afterTag = `"},"encrypted_aes_key":"${encodeBase64(wrappedKey)}",${ALGORITHMS}${time}}`;
  const ciphertextOffset = HEAD.byteLength;
  const ciphertextEnd = ciphertextOffset + base64Length(payloadBytes);
  const tagOffset = ciphertextEnd + beforeTag.length;
  const tagEnd = tagOffset + base64Length(SUITE.tagBytes);
  const bytes = allocateBytes(tagEnd + afterTag.length);
  bytes.set(HEAD);
  utf8EncodeInto(beforeTag, bytes, ciphertextEnd);
  utf8EncodeInto(afterTag, bytes, tagEnd);
  return { bytes, ciphertextOffset, tagOffset };
}

const refuse = (why: string): SecurityError => new SecurityError('INVALID_ENVELOPE', `no envelope: ${why}`);

/**
 * Reads an envelope, before any key is used. Unknown members are ignored.
 *
 * @param wrappedKeyBytes length of the recipient's modulus
 * @throws {SecurityError} `INVALID_ENVELOPE`
 */
export function parseEnvelope(envelope: Uint8Array, wrappedKeyBytes: number): EnvelopeParts {
  const extracted = extractCiphertext(envelope);
  checkShape(extracted.json);
  const members = asObject(parseJson(extracted.json), 'the body');
  checkEncrypted(members);
  checkSuite(members);
  const payload = asObject(members['encrypted_payload'], 'encrypted_payload');
  const processedAt = members['processed_at'];
  return {
    ciphertext: base64Text(payload, 'ciphertext', extracted),
    nonce: base64Member(payload, 'nonce', SUITE.nonceBytes),
    tag: base64Member(payload, 'tag', SUITE.tagBytes),
    wrappedKey: base64Member(members, 'encrypted_aes_key', wrappedKeyBytes),
    ...(typeof processedAt === 'number' && Number.isFinite(processedAt) ? { processedAt } : {}),
  };
}

type Members = Readonly<Record<string, unknown>>;

/** Most members and elements of an envelope, those that are ignored included. It has nine. */
const MAX_VALUES = 1000;

/** Before a parser builds anything: 40 MB of brackets would take a hundred times as much memory. */
function checkShape(json: Uint8Array): void {
  const shape = shapeOf(json, MAX_VALUES);
  if (shape !== 'object') throw refuse(`the body is ${shape === 'no object' ? 'no JSON object' : shape}`);
}

/** Whoever answers without these two did not encrypt at all: a mistake of another kind than another version. */
function checkEncrypted(members: Members): void {
  if ('encrypted_payload' in members || 'encrypted_aes_key' in members || 'algorithm' in members) return;
  throw refuse('the body is not encrypted: the router answered in the clear');
}

function checkSuite(members: Members): void {
  if (members['version'] !== SUITE.version) throw refuse('another version');
  if (members['algorithm'] !== SUITE.algorithm) throw refuse('another algorithm');
  const { key_algorithm: keyAlgorithm = SUITE.keyAlgorithm } = members;
  const { payload_algorithm: payloadAlgorithm = SUITE.payloadAlgorithm } = members;
  if (keyAlgorithm !== SUITE.keyAlgorithm) throw refuse('another key_algorithm');
  if (payloadAlgorithm !== SUITE.payloadAlgorithm) throw refuse('another payload_algorithm');
}

function parseJson(json: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Decode(json));
  } catch {
    // The parser's own error quotes what it read.
    throw refuse('the body is no JSON in UTF-8');
  }
}

function asObject(value: unknown, what: string): Members {
  if (!isMembers(value)) throw refuse(`${what} is no object`);
  return value;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringMember(members: Members, name: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw refuse(`${name} is missing or no string`);
  return value;
}

function base64Text(members: Members, name: string, extracted: Extracted): Uint8Array {
  const value = stringMember(members, name);
  if (value === extracted.placeholder) return extracted.text;
  const text = utf8Encode(value);
  if (!isCanonicalBase64(text)) throw refuse(`${name} is no canonical base64`);
  return text;
}

function base64Member(members: Members, name: string, length: number): Bytes {
  const text = stringMember(members, name);
  let bytes: Bytes;
  try {
    bytes = decodeBase64(text);
  } catch {
    throw refuse(`${name} is no canonical base64`);
  }
  if (bytes.byteLength !== length) throw refuse(`${name} has not ${String(length)} bytes`);
  return bytes;
}
