/** Reads a root's delegation to a signer (SPEC 4.1). */
import { platform } from '#platform';
import { concatBytes, equalBytes, type Bytes } from '@nomyo/base';
import { protocolError } from '../errors.js';
import { LABEL, MAGIC, SIZES } from '../facts.js';
import { Reader } from '../layout.js';

/** A root's statement about a signer. Times in Unix seconds. */
export interface Delegation {
  readonly realm: string;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** The signer's public key, 32 raw bytes. */
  readonly signer: Bytes;
}

/** A delegation at the start of a document: its fields and the signed bytes. */
export interface DelegationPart extends Delegation {
  /** The bytes that the root signed, without the label. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const malformed = (): Error => protocolError('config_malformed');

/** Reads a delegation. Does not check its signature. */
export function readDelegation(bytes: Uint8Array, reader: Reader): DelegationPart {
  const start = reader.at;
  expectMagic(reader, MAGIC.delegation);
  const realm = String.fromCharCode(...reader.take(reader.integer(1)));
  const times = { epoch: reader.integer(4), notBefore: reader.integer(8), notAfter: reader.integer(8) };
  const signer = concatBytes(reader.take(SIZES.signingKey));
  const signed = bytes.subarray(start, reader.at);
  return { realm, ...times, signer, signed, signature: reader.take(SIZES.signature) };
}

/** Reads bytes that must equal `expected`; otherwise `CONFIG_MALFORMED`. */
export function expectMagic(reader: Reader, expected: Bytes): void {
  if (!equalBytes(reader.take(expected.byteLength), expected)) throw malformed();
}

/** Whether one of these roots, 32 raw bytes each, signed it. */
export async function isDelegatedBy(
  roots: readonly Uint8Array[],
  { signed, signature }: DelegationPart,
): Promise<boolean> {
  const message = concatBytes(LABEL.delegation, signed);
  for (const root of roots) if (await verifies(root, message, signature)) return true;
  return false;
}

/** `false` also for a key that the platform rejects. */
export async function verifies(key: Uint8Array, message: Bytes, signature: Uint8Array): Promise<boolean> {
  try {
    return await platform.verify(key, message, signature);
  } catch {
    return false;
  }
}

/** A standalone delegation under inspection. */
export interface InspectedDelegation extends Delegation {
  /** @param roots 32 raw bytes each */
  readonly isDelegatedBy: (roots: readonly Uint8Array[]) => Promise<boolean>;
}

/**
 * Reads a standalone delegation without checking its signature or validity: for display, never for trust.
 *
 * @throws {SecurityError} `CONFIG_MALFORMED`
 */
export function inspectDelegation(bytes: Uint8Array): InspectedDelegation {
  const reader = new Reader(bytes, malformed);
  const part = readDelegation(bytes, reader);
  if (reader.left > 0) throw malformed();
  const { realm, epoch, notBefore, notAfter, signer } = part;
  return { realm, epoch, notBefore, notAfter, signer, isDelegatedBy: (roots) => isDelegatedBy(roots, part) };
}
