/** A key configuration, as bytes (SPEC §4.1): the delegation, then the keys, signed by the signer. */
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { bytesOf } from '@nomyo/base';
import { publicKeyOf, readDelegation, type Delegation } from './delegation.js';
import { ByteReader, ByteWriter } from './layout.js';

/** One key, as it stands in a document. Times are Unix seconds. */
export interface DocumentEntry {
  readonly suite: number;
  readonly activeFrom: number;
  readonly activeUntil: number;
  readonly publicKey: Uint8Array;
}

/** What the signer vouches for. */
export interface DocumentContent {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxRequest: number;
  readonly entries: readonly DocumentEntry[];
}

/** A document as it was read. */
export interface KeyDocument extends DocumentContent {
  readonly delegation: Delegation;
  /** Whether the signature of the delegation's signer holds. */
  readonly isSigned: boolean;
}

const MAGIC = 'NYK2';
const CONTEXT = 'nomyo/v2 keys\0';
const KEY_CONTEXT = 'nomyo/v2 key\0';
const KEY_ID_BYTES = 16;
const SIGNATURE_BYTES = 64;

export function signDocument(
  delegation: Uint8Array,
  content: DocumentContent,
  signer: KeyObject,
): Uint8Array {
  const { issuedAt, expiresAt, maxRequest, entries } = content;
  const writer = new ByteWriter().bytes(delegation).text(MAGIC);
  writer.u64(issuedAt).u64(expiresAt).u32(maxRequest).u8(entries.length);
  for (const { suite, activeFrom, activeUntil, publicKey } of entries) {
    writer.u8(suite).u64(activeFrom).u64(activeUntil).u16(publicKey.byteLength).bytes(publicKey).u16(0);
  }
  const signature = sign(null, signedPart(writer.take()), signer);
  return writer.bytes(signature).take();
}

/** @returns `undefined` when it is none */
export function decodeDocument(bytes: Uint8Array): KeyDocument | undefined {
  const reader = new ByteReader(bytes);
  const delegation = readDelegation(reader);
  if (delegation === undefined || reader.text(MAGIC.length) !== MAGIC) return undefined;
  const [issuedAt, expiresAt, maxRequest] = [reader.u64(), reader.u64(), reader.u32()];
  const entries = Array.from({ length: reader.u8() }, () => readEntry(reader));
  const end = reader.at;
  const signature = reader.bytes(SIGNATURE_BYTES);
  if (!reader.isAtEnd) return undefined;
  const signed = signedPart(bytes.subarray(0, end));
  const isSigned = verify(null, signed, publicKeyOf(delegation.signer), signature);
  return { delegation, issuedAt, expiresAt, maxRequest, entries, isSigned };
}

/** SPEC §4.1; 32 hexadecimal digits. */
export function keyIdOf(suite: number, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(KEY_CONTEXT).update(bytesOf(suite)).update(publicKey);
  return hash.digest('hex').slice(0, 2 * KEY_ID_BYTES);
}

function readEntry(reader: ByteReader): DocumentEntry {
  const [suite, activeFrom, activeUntil] = [reader.u8(), reader.u64(), reader.u64()];
  const publicKey = reader.bytes(reader.u16());
  reader.bytes(reader.u16());
  return { suite, activeFrom, activeUntil, publicKey };
}

function signedPart(document: Uint8Array): Uint8Array {
  return new ByteWriter().text(CONTEXT).bytes(document).take();
}
