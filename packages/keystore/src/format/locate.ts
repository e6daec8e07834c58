/** Finds the private key in a file of any format, and determines the format. */
import { PEM_LABEL } from '@nomyo/crypto';
import { DER_TAG, DerReader, readSmallUnsigned } from '@nomyo/crypto/der';
import { bytesOf, SecurityError } from '@nomyo/base';
import { UnsupportedFormat, type ForeignFormat } from './unsupported.js';

/** The location and format of a private key. */
export type LocatedKey =
  /** A PEM block, from its BEGIN line on. */
  | { readonly kind: 'pem'; readonly block: Uint8Array }
  /** A PEM block encrypted according to RFC 1421, with a DEK-Info line inside. */
  | { readonly kind: 'legacy-pem'; readonly block: Uint8Array }
  /** Bare DER, with the label that it would have as PEM. */
  | { readonly kind: 'der'; readonly label: string };

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const BEGIN = encode('-----BEGIN ');
const DASHES = encode('-----');
const PROC_TYPE = encode('Proc-Type: 4,ENCRYPTED');

/** Longest label, in bytes. */
const MAX_LABEL = 64;

/** Formats that are recognized by their first bytes. */
const SIGNATURES: readonly (readonly [string | readonly number[], string, ForeignFormat])[] = [
  ['PuTTY-User-Key-File', 'a PuTTY key', 'putty'],
  ['{', 'a JSON Web Key', 'jwk'],
  [[0xff, 0xfe], 'text in UTF-16', 'utf16'],
  [[0xfe, 0xff], 'text in UTF-16', 'utf16'],
];

/**
 * Finds the private key in a file.
 *
 * @param file the whole file
 * @throws {UnsupportedFormat} when it is in a format that this package does not read
 * @throws {SecurityError} `INVALID_KEY` when there is no private key in it
 */
export function locatePrivateKey(file: Uint8Array): LocatedKey {
  const blocks = Array.from(pemBlocks(file));
  const found = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (found !== undefined) return ofBlock(found);
  for (const [start, what, conversion] of SIGNATURES) {
    const signature = typeof start === 'string' ? encode(start) : bytesOf(...start);
    if (startsWith(file, signature, 0)) throw new UnsupportedFormat(what, conversion);
  }
  if (blocks.length === 0 && file[0] === DER_TAG.sequence) return { kind: 'der', label: labelOfDer(file) };
  const [other] = blocks;
  if (other === undefined || other.label === '') {
    throw new SecurityError('INVALID_KEY', 'there is no well-formed PEM block');
  }
  throw new SecurityError('INVALID_KEY', `it holds no private key, only: ${other.label}`);
}

interface Block {
  readonly label: string;
  /** From the BEGIN line to the end of the file. */
  readonly bytes: Uint8Array;
  /** Offset of the line after BEGIN. */
  readonly bodyOffset: number;
}

function ofBlock({ label, bytes, bodyOffset }: Block): LocatedKey {
  if (label === 'OPENSSH PRIVATE KEY') throw new UnsupportedFormat('an OpenSSH key', 'openSsh');
  const isRsa = label === PEM_LABEL.rsaPrivateKey;
  if (isRsa && startsWith(bytes, PROC_TYPE, bodyOffset)) return { kind: 'legacy-pem', block: bytes };
  if (isRsa || label === PEM_LABEL.privateKey || label === PEM_LABEL.encryptedPrivateKey) {
    return { kind: 'pem', block: bytes };
  }
  throw new SecurityError('INVALID_KEY', `it holds no RSA private key, only: ${label}`);
}

function* pemBlocks(file: Uint8Array): Generator<Block> {
  for (let i = file.indexOf(0x2d); i !== -1; i = file.indexOf(0x2d, i + 1)) {
    if (!startsWith(file, BEGIN, i)) continue;
    const bytes = file.subarray(i);
    const labelEnd = endOfLabel(bytes);
    const label =
      labelEnd === -1 ? '' : new TextDecoder('latin1').decode(bytes.subarray(BEGIN.byteLength, labelEnd));
    yield {
      label: /^[\x20-\x7e]*$/.test(label) ? label : '',
      bytes,
      bodyOffset: startOfBody(bytes, labelEnd),
    };
  }
}

/** Base64 has no dashes, so everything before the next dashes is the label, and nothing secret. */
function endOfLabel(bytes: Uint8Array): number {
  for (let i = BEGIN.byteLength; i <= BEGIN.byteLength + MAX_LABEL; i += 1) {
    if (startsWith(bytes, DASHES, i)) return i;
    if (bytes[i] === 0x0a || bytes[i] === 0x0d) return -1;
  }
  return -1;
}

function startOfBody(bytes: Uint8Array, labelEnd: number): number {
  let offset = labelEnd + DASHES.byteLength;
  while (bytes[offset] === 0x0a || bytes[offset] === 0x0d || bytes[offset] === 0x20) offset += 1;
  return offset;
}

function startsWith(bytes: Uint8Array, start: Uint8Array, offset: number): boolean {
  return start.every((byte, i) => bytes[offset + i] === byte);
}

/**
 * Tells the formats apart by their first members: a version and an algorithm or numbers, or an algorithm and a
 * ciphertext.
 */
function labelOfDer(file: Uint8Array): string {
  const outer = new DerReader(file);
  const content = outer.sequence();
  outer.end();
  if (content.peek() === DER_TAG.sequence) {
    content.sequence();
    if (content.peek() === DER_TAG.octetString) return PEM_LABEL.encryptedPrivateKey;
    throw new SecurityError('INVALID_KEY', 'it holds no private key, only a certificate or a public key');
  }
  const version = readSmallUnsigned(content);
  if (content.peek() === DER_TAG.integer) return PEM_LABEL.rsaPrivateKey;
  if (version === 3) throw new UnsupportedFormat('a PKCS#12 file', 'pkcs12');
  return PEM_LABEL.privateKey;
}
