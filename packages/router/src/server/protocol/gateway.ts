/** The gateway's half of protocol 2, put together: what `serve` gives to the server. */
import { signDocument } from '../keys/document.js';
import { readSigner } from '../keys/signer-file.js';
import { UsageError } from '../cli/usage-error.js';
import { makeHpkeKey, type HpkeKey } from './hpke.js';
import type { Protocol, Signer } from './port.js';
import { HpkeRequestOpener } from './request-opener.js';

export const gatewayProtocol: Protocol<HpkeKey> = {
  makeKey: makeHpkeKey,
  opener: (options) => new HpkeRequestOpener(options),
};

/** @throws {UsageError} when it is no signer, or its delegation is over */
export async function openSigner(path: string): Promise<Signer> {
  const { key, delegation } = await readSigner(path);
  const { realm, epoch, notBefore, notAfter, bytes } = delegation;
  if (notAfter * 1_000 <= Date.now()) {
    throw new UsageError(
      `--signer ${path} ended ${new Date(notAfter * 1_000).toISOString()}; make one with: nomyo-router keys delegate`,
    );
  }
  return {
    realm,
    epoch,
    notBefore,
    notAfter,
    publicKey: delegation.signer,
    sign: ({ issuedAt, expiresAt, maxRequest, keys }) =>
      signDocument(bytes, { issuedAt, expiresAt, maxRequest, entries: keys }, key),
  };
}
