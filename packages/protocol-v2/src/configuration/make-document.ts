/** Making a key configuration (SPEC 4.1): the root's delegation, then the signer's keys. */
import { concatBytes, InvalidArgumentError, utf8Encode, type Bytes } from '@nomyo/base';
import { LABEL, LIMITS, MAGIC } from '../facts.js';
import type { PublicKemKey } from './kem-key.js';
import { integer } from '../layout.js';
import type { SigningKey } from './signing-key.js';

/** A root's statement about a signer. Times in Unix seconds. */
export interface DelegationOptions {
  readonly root: Pick<SigningKey, 'sign'>;
  /** ASCII, 1 to 255 bytes; by default the host of the gateway's URL. */
  readonly realm: string;
  /** A higher epoch revokes all earlier signers. */
  readonly epoch: number;
  readonly notBefore: number;
  /** SHOULD be at most 30 days later: until then, clients that never saw a newer epoch trust a stolen signer. */
  readonly notAfter: number;
  /** The signer's public key, 32 raw bytes. */
  readonly signer: Uint8Array;
}

/** A signed delegation. */
export async function makeDelegation(options: DelegationOptions): Promise<Bytes> {
  const { root, realm, epoch, notBefore, notAfter, signer } = options;
  if (!/^[\x21-\x7e]{1,255}$/.test(realm)) {
    throw new InvalidArgumentError('realm', 'must be 1 to 255 characters of ASCII');
  }
  unsigned('epoch', epoch, 2 ** 32 - 1);
  unsigned('notBefore', notBefore);
  unsigned('notAfter', notAfter);
  if (notAfter <= notBefore) throw new InvalidArgumentError('notAfter', 'must be after notBefore');
  const name = utf8Encode(realm);
  const times = [integer(epoch, 4), integer(notBefore, 8), integer(notAfter, 8)];
  const body = concatBytes(MAGIC.delegation, integer(name.byteLength, 1), name, ...times, signer);
  return concatBytes(body, await root.sign(concatBytes(LABEL.delegation, body)));
}

/** A key as it is published. */
export interface PublishedKey extends Pick<
  PublicKemKey,
  'suite' | 'activeFrom' | 'activeUntil' | 'publicKey'
> {
  /** Reserved for attestation; has no meaning yet. Default: empty. */
  readonly evidence?: Uint8Array;
}

/** The document that a signer publishes. Times in Unix seconds. */
export interface KeyDocumentOptions {
  /** Of {@link makeDelegation}. */
  readonly delegation: Uint8Array;
  readonly signer: Pick<SigningKey, 'sign'>;
  readonly issuedAt: number;
  /** At most 86,400 s later; SHOULD be 3,600. */
  readonly expiresAt: number;
  /** Largest body of a request, in bytes. Default: 10,485,760. */
  readonly maxRequest?: number;
  readonly keys: readonly PublishedKey[];
}

/** A signed key configuration: what `GET {base}/v2/keys` answers. */
export async function makeKeyDocument(options: KeyDocumentOptions): Promise<Bytes> {
  const { delegation, signer, issuedAt, expiresAt, maxRequest = LIMITS.maxRequest, keys } = options;
  unsigned('issuedAt', issuedAt);
  unsigned('expiresAt', expiresAt, issuedAt + LIMITS.maxLife);
  unsigned('maxRequest', maxRequest, 2 ** 32 - 1);
  if (keys.length > 255) throw new InvalidArgumentError('keys', 'must be at most 255');
  const times = [
    integer(issuedAt, 8),
    integer(expiresAt, 8),
    integer(maxRequest, 4),
    integer(keys.length, 1),
  ];
  const body = concatBytes(delegation, MAGIC.keys, ...times, ...keys.map(entry));
  const document = concatBytes(body, await signer.sign(concatBytes(LABEL.keys, body)));
  if (document.byteLength > LIMITS.maxDocument) {
    throw new InvalidArgumentError('keys', 'must fit 262,144 bytes');
  }
  return document;
}

function entry({
  suite,
  activeFrom,
  activeUntil,
  publicKey,
  evidence = new Uint8Array(0),
}: PublishedKey): Bytes {
  const times = [integer(activeFrom, 8), integer(activeUntil, 8)];
  const key = [integer(publicKey.byteLength, 2), publicKey];
  return concatBytes(integer(suite, 1), ...times, ...key, integer(evidence.byteLength, 2), evidence);
}

function unsigned(name: string, value: number, max = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new InvalidArgumentError(name, `must be an integer from 0 to ${String(max)}`);
}
