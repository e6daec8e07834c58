/** A signer on disk: its private key followed by the root's delegation, as two PEM blocks. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { concatBytes, equalBytes, wipe } from '@nomyo/base';
import { decodePem, encodePem } from '@nomyo/crypto';
import { inspectDelegation, type InspectedDelegation } from '@nomyo/protocol-v2';
import { UsageError } from '../../usage-error.js';
import { createPrivateFile, readPrivateFile, type NamedFile } from '../files/private-file.js';
import { privateKeyPem, rawPublicKey, readPrivateKeyPem } from './ed25519.js';

const LABEL = 'NOMYO DELEGATION';

/** Both halves of a signer. */
export interface SignerFile {
  readonly key: KeyObject;
  readonly delegation: InspectedDelegation;
  /** The delegation as signed by the root. */
  readonly bytes: Uint8Array;
}

/** @throws {UsageError} when the file exists, or cannot be written */
export async function writeSigner(path: string, key: KeyObject, delegation: Uint8Array): Promise<void> {
  const parts = [privateKeyPem(key), encodePem(LABEL, delegation)];
  const content = concatBytes(...parts);
  try {
    await createPrivateFile({ option: '--output', path }, content);
  } finally {
    for (const bytes of [content, ...parts]) wipe(bytes);
  }
}

/** @throws {UsageError} when it is no signer, or its two halves do not belong together */
export async function readSigner(path: string, option = '--signer'): Promise<SignerFile> {
  const file = { option, path };
  const content = await readPrivateFile(file);
  try {
    const key = readPrivateKeyPem(file, content);
    const bytes = delegationIn(file, content);
    const delegation = inspectDelegation(bytes);
    const own = rawPublicKey(createPublicKey(key));
    if (equalBytes(own, delegation.signer)) return { key, delegation, bytes };
    throw new UsageError(`${option} ${path} holds a delegation to another key than its own`);
  } finally {
    wipe(content);
  }
}

/**
 * The bytes of the delegation in a signer file.
 *
 * @throws {UsageError} when there is none
 */
export function delegationIn({ option, path }: NamedFile, content: Uint8Array): Uint8Array {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const at = file.indexOf(`-----BEGIN ${LABEL}`);
  try {
    if (at !== -1) {
      const { der } = decodePem(content.subarray(at));
      inspectDelegation(der);
      return der;
    }
  } catch {
    // Told below.
  }
  throw new UsageError(`${option} ${path} holds no delegation; make one with: nomyo-router keys delegate`);
}
