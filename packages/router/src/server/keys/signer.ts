/** Opens the signer of a server. */
import { makeKeyDocument } from '@nomyo/protocol-v2';
import { UsageError } from '../../usage-error.js';
import type { Signer } from '../protocol/port.js';
import { signWith } from './ed25519.js';
import { readSigner } from './signer-file.js';

/** @throws {UsageError} when it is no signer, or its delegation is over */
export async function openSigner(path: string): Promise<Signer> {
  const { key, delegation, bytes } = await readSigner(path);
  const { realm, epoch, notBefore, notAfter, signer: publicKey } = delegation;
  if (notAfter * 1_000 <= Date.now()) {
    throw new UsageError(
      `--signer ${path} ended ${new Date(notAfter * 1_000).toISOString()}; make one with: nomyo-router keys delegate`,
    );
  }
  const signer = signWith(key);
  return {
    ...{ realm, epoch, notBefore, notAfter, publicKey },
    sign: (fields) => makeKeyDocument({ ...fields, delegation: bytes, signer }),
  };
}
