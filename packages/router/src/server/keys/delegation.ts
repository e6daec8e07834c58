/** The delegation of a root to a signer, as bytes (SPEC §4.1). */
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ByteReader, ByteWriter } from './layout.js';

/** What the root vouches for. Times are Unix seconds. */
export interface DelegationFields {
  readonly realm: string;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** 32 bytes. */
  readonly signer: Uint8Array;
}

/** A delegation as it was read; nothing of it is verified but by {@link isSignedBy}. */
export interface Delegation extends DelegationFields {
  readonly bytes: Uint8Array;
}

const MAGIC = 'NYD2';
const CONTEXT = 'nomyo/v2 delegation\0';
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** RFC 8410 §4: what stands before the 32 bytes of an Ed25519 key in its SPKI. */
const SPKI_HEAD = '302a300506032b6570032100';

export function signDelegation(fields: DelegationFields, root: KeyObject): Uint8Array {
  const { realm, epoch, notBefore, notAfter, signer } = fields;
  const writer = new ByteWriter();
  writer.text(MAGIC).u8(realm.length).text(realm).u32(epoch).u64(notBefore).u64(notAfter).bytes(signer);
  const signature = sign(null, signedPart(writer.take()), root);
  return writer.bytes(signature).take();
}

/** @returns `undefined` when it is none */
export function decodeDelegation(bytes: Uint8Array): Delegation | undefined {
  const reader = new ByteReader(bytes);
  const delegation = readDelegation(reader);
  return reader.isAtEnd ? delegation : undefined;
}

/** The delegation that a document begins with; `undefined` when there is none. */
export function readDelegation(reader: ByteReader): Delegation | undefined {
  const start = reader.at;
  if (reader.text(MAGIC.length) !== MAGIC) return undefined;
  const realm = reader.text(reader.u8());
  const [epoch, notBefore, notAfter] = [reader.u32(), reader.u64(), reader.u64()];
  const signer = reader.bytes(KEY_BYTES);
  reader.bytes(SIGNATURE_BYTES);
  if (reader.isShort) return undefined;
  return { realm, epoch, notBefore, notAfter, signer, bytes: reader.since(start) };
}

/** @param root 32 bytes */
export function isSignedBy({ bytes }: Pick<Delegation, 'bytes'>, root: Uint8Array): boolean {
  const at = bytes.byteLength - SIGNATURE_BYTES;
  return verify(null, signedPart(bytes.subarray(0, at)), publicKeyOf(root), bytes.subarray(at));
}

function signedPart(delegation: Uint8Array): Uint8Array {
  return new ByteWriter().text(CONTEXT).bytes(delegation).take();
}

export function publicKeyOf(raw: Uint8Array): KeyObject {
  // eslint-disable-next-line nomyo/no-heap-secrets -- a public key
  const der = Buffer.concat([Buffer.from(SPKI_HEAD, 'hex'), raw]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
