/**
 * PEM (RFC 7468): one block, with text around it ignored and line ends of any kind. It works on bytes, so that a
 * private key never becomes a string.
 */
import {
  allocateBytes,
  equalBytes,
  InvalidArgumentError,
  isBytes,
  SecurityError,
  utf8Decode,
  utf8Encode,
  wipe,
  type Bytes,
} from '@nomyo/base';
import { base64EncodeInto, base64Length, decodeBase64, encodeBase64 } from './base64.js';

/** Labels of PEM blocks. */
export const PEM_LABEL = {
  publicKey: 'PUBLIC KEY',
  privateKey: 'PRIVATE KEY',
  rsaPrivateKey: 'RSA PRIVATE KEY',
  encryptedPrivateKey: 'ENCRYPTED PRIVATE KEY',
} as const;

/** One decoded block. */
export interface PemBlock {
  readonly label: string;
  /** The content. If it is a private key, the caller wipes it. */
  readonly der: Bytes;
}

const LINE_CHARACTERS = 64;
const LINE_FEED = 0x0a;
const LINE = /.{1,64}/g;

const BEGIN = utf8Encode('-----BEGIN ');
const END = utf8Encode('-----END ');
const DASHES = utf8Encode('-----');

const malformed = (): SecurityError => new SecurityError('INVALID_KEY', 'there is no well-formed PEM block');

/**
 * Decodes the first PEM block.
 *
 * @throws {InvalidArgumentError} when `pem` is neither a string nor a `Uint8Array`
 * @throws {SecurityError} `INVALID_KEY` when there is no block, or the first one is damaged
 * @example
 * const { label, der } = decodePem('-----BEGIN PUBLIC KEY-----…');
 */
export function decodePem(pem: string | Uint8Array): PemBlock {
  const bytes = bytesOf(pem);
  const labelStart = find(bytes, BEGIN, 0) + BEGIN.byteLength;
  const labelEnd = find(bytes, DASHES, labelStart);
  const label = bytes.subarray(labelStart, labelEnd);
  const bodyStart = labelEnd + DASHES.byteLength;
  const bodyEnd = find(bytes, END, bodyStart);
  const closingStart = bodyEnd + END.byteLength;
  const closing = bytes.subarray(closingStart, find(bytes, DASHES, closingStart));
  if (!equalBytes(label, closing) || label.some((byte) => byte < 0x20 || byte > 0x7e)) throw malformed();
  return { label: utf8Decode(label), der: decodeBody(bytes.subarray(bodyStart, bodyEnd)) };
}

function bytesOf(pem: unknown): Uint8Array {
  if (typeof pem === 'string') return utf8Encode(pem);
  if (isBytes(pem)) return pem;
  throw new InvalidArgumentError('pem', 'must be a string or a Uint8Array');
}

/** Encodes one PEM block with lines of 64 characters. If it holds a private key, the caller wipes it. */
export function encodePem(label: string, der: Uint8Array): Bytes {
  const head = utf8Encode(`-----BEGIN ${label}-----\n`);
  const tail = utf8Encode(`-----END ${label}-----\n`);
  const characters = base64Length(der.byteLength);
  const lines = Math.ceil(characters / LINE_CHARACTERS);
  const pem = allocateBytes(head.byteLength + characters + lines + tail.byteLength);
  pem.set(head);
  const bytesOfALine = (LINE_CHARACTERS / 4) * 3;
  let at = head.byteLength;
  for (let i = 0; i < der.byteLength; i += bytesOfALine) {
    const line = der.subarray(i, i + bytesOfALine);
    base64EncodeInto(line, pem, at);
    at += base64Length(line.byteLength);
    pem[at] = LINE_FEED;
    at += 1;
  }
  pem.set(tail, at);
  return pem;
}

/** Encodes a public key as PEM text; it is not secret. */
export function encodePublicKeyPem(der: Uint8Array): string {
  const lines = encodeBase64(der).replace(LINE, '$&\n');
  return `-----BEGIN ${PEM_LABEL.publicKey}-----\n${lines}-----END ${PEM_LABEL.publicKey}-----\n`;
}

function decodeBody(body: Uint8Array): Bytes {
  const text = allocateBytes(body.byteLength);
  try {
    let length = 0;
    for (const byte of body) {
      if (isSpace(byte)) continue;
      text[length] = byte;
      length += 1;
    }
    return decodeBase64(text.subarray(0, length));
  } catch {
    throw malformed();
  } finally {
    wipe(text);
  }
}

/** White space that RFC 7468 §2 tells a parser to ignore. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function find(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const [first = 0] = needle;
  for (let i = bytes.indexOf(first, from); i !== -1; i = bytes.indexOf(first, i + 1)) {
    if (needle.every((byte, k) => bytes[i + k] === byte)) return i;
  }
  throw malformed();
}
