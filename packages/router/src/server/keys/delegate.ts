/** The root delegates to a signer, for one realm and some days; a higher epoch revokes the lower ones (SPEC §4). */
import { formatPin, makeDelegation } from '@nomyo/protocol-v2';
import { UsageError } from '../../usage-error.js';
import { generateEd25519, rawPublicKey, signWith } from './ed25519.js';
import { readRoot } from './root.js';
import { readSigner, writeSigner } from './signer-file.js';

const DAY_SECONDS = 86_400;

/** Allowed clock difference between the signing and the serving machine. */
const SKEW_SECONDS = 300;

const MAX_EPOCH = 0xffff_ffff;

/** The arguments of `keys delegate`. */
export interface DelegateRequest {
  /** Paths. */
  readonly root: string;
  readonly output: string;
  readonly realm: string;
  readonly days: number;
  readonly epoch: number;
}

/** @returns lines that describe the result */
export async function delegate(request: DelegateRequest): Promise<readonly string[]> {
  const { root, output, realm, days, epoch } = request;
  const rootKey = await readRoot(root);
  const signer = generateEd25519();
  const now = Math.floor(Date.now() / 1_000);
  const notAfter = now + days * DAY_SECONDS;
  const delegation = await makeDelegation({
    ...{ root: signWith(rootKey), realm, epoch, notBefore: now - SKEW_SECONDS, notAfter },
    signer: rawPublicKey(signer),
  });
  await writeSigner(output, signer, delegation);
  return [
    `realm   ${realm}`,
    `epoch   ${String(epoch)}`,
    `until   ${new Date(notAfter * 1_000).toISOString()}`,
    `root    ${formatPin(rawPublicKey(rootKey))}`,
    `signer  ${output}`,
  ];
}

/** The arguments of `keys revoke`. */
export interface RevokeRequest {
  /** Paths. */
  readonly root: string;
  readonly signer: string;
  readonly output: string;
  readonly days: number;
}

/** @returns lines that describe the result */
export async function revoke({ root, signer, output, days }: RevokeRequest): Promise<readonly string[]> {
  const { delegation } = await readSigner(signer);
  const rootKey = await readRoot(root);
  if (!(await delegation.isDelegatedBy([rawPublicKey(rootKey)]))) {
    throw new UsageError(`--signer ${signer} was delegated by another root than --root ${root}`);
  }
  const { realm, epoch } = delegation;
  if (epoch >= MAX_EPOCH) {
    throw new UsageError(`--signer ${signer} has the last epoch there is; make a new root`);
  }
  return delegate({ root, output, realm, days, epoch: epoch + 1 });
}
