/**
 * Suite 1: MLKEM768-X25519, "X-Wing", the gateway's half, for the HPKE of `hpke`. Both KEMs come from elsewhere; what
 * stands here is how the draft combines them (draft-connolly-cfrg-xwing-kem §5), on seeds that stay in memory of ours.
 */
import { createHash, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';
import { concatBytes, utf8Encode, wipe } from '@nomyo/base';
import type { KEM, Key, KeyPair } from 'hpke';
import { ML_KEM, mlKemDecapsulate, mlKemPublicKey, privateKeyFrom } from './ml-kem.js';

/** Sizes in bytes (SPEC §2). */
export const X_WING = { seed: 32, publicKey: 1216, enc: 1120, secret: 32 } as const;

/** `\.//^\`, §5.3. */
const LABEL = utf8Encode('\\.//^\\');

/** RFC 8410: PKCS#8 and SPKI of X25519, everything in front of the 32 bytes. */
const X25519_PKCS8_HEAD = '302e020100300506032b656e04220420';
const X25519_SPKI_HEAD = '302a300506032b656e032100';

const NAME = 'MLKEM768-X25519';

/** A private key: its seed, in memory that its owner wipes. */
export interface XWingKey extends Key {
  readonly seed: Uint8Array;
}

export function xWingKey(seed: Uint8Array): XWingKey {
  return { algorithm: { name: NAME }, extractable: false, type: 'private', seed };
}

/** ML-KEM-768 key ‖ X25519 key. */
export function xWingPublicKey(seed: Uint8Array): Uint8Array {
  const { mlKem, x25519 } = expand(seed);
  try {
    return concatBytes(mlKemPublicKey(mlKem), x25519PublicKey(x25519));
  } finally {
    wipe(mlKem);
    wipe(x25519);
  }
}

/** §5.2: SHAKE256 of the seed. */
function expand(seed: Uint8Array): { mlKem: Uint8Array; x25519: Uint8Array } {
  const expanded = createHash('shake256', { outputLength: ML_KEM.seed + 32 })
    .update(seed)
    .digest();
  return { mlKem: expanded.subarray(0, ML_KEM.seed), x25519: expanded.subarray(ML_KEM.seed) };
}

/** §5.5. @throws when the X25519 part is no point that gives a secret */
function decapsulate(seed: Uint8Array, enc: Uint8Array): Uint8Array {
  const { mlKem, x25519 } = expand(seed);
  const peer = enc.subarray(ML_KEM.ciphertext);
  const secrets: Uint8Array[] = [];
  try {
    secrets.push(mlKemDecapsulate(mlKem, enc.subarray(0, ML_KEM.ciphertext)));
    secrets.push(agree(x25519, peer));
    const hash = createHash('sha3-256');
    for (const part of [...secrets, peer, x25519PublicKey(x25519), LABEL]) hash.update(part);
    return hash.digest();
  } finally {
    for (const bytes of [mlKem, x25519, ...secrets]) wipe(bytes);
  }
}

function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const der = concatBytes(fromHex(X25519_PKCS8_HEAD), privateKey);
  try {
    const spki = concatBytes(fromHex(X25519_SPKI_HEAD), publicKey);
    return diffieHellman({
      privateKey: privateKeyFrom(der),
      publicKey: createPublicKey({ key: Buffer.from(spki.buffer), format: 'der', type: 'spki' }),
    });
  } finally {
    wipe(der);
  }
}

function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  const der = concatBytes(fromHex(X25519_PKCS8_HEAD), privateKey);
  try {
    const spki = createPublicKey(privateKeyFrom(der)).export({ type: 'spki', format: 'der' });
    return spki.subarray(spki.byteLength - 32);
  } finally {
    wipe(der);
  }
}

function fromHex(hex: string): Buffer {
  // eslint-disable-next-line nomyo/no-heap-secrets -- constants
  return Buffer.from(hex, 'hex');
}

const refuse = (): never => {
  throw new TypeError('a gateway only decapsulates');
};

/** What `CipherSuite` of `hpke` takes. */
export function xWingKem(): KEM<XWingKey> {
  return {
    id: 0x647a,
    type: 'KEM',
    name: NAME,
    Nsecret: X_WING.secret,
    Nenc: X_WING.enc,
    Npk: X_WING.publicKey,
    Nsk: X_WING.seed,
    Decap: (enc, key) => Promise.resolve(decapsulate(key.seed, enc)),
    GenerateKeyPair: (): Promise<KeyPair<XWingKey>> => refuse(),
    DeriveKeyPair: () => refuse(),
    SerializePublicKey: () => refuse(),
    DeserializePublicKey: () => refuse(),
    SerializePrivateKey: () => refuse(),
    DeserializePrivateKey: () => refuse(),
    Encap: () => refuse(),
  };
}

/** A seed for a new key; small arrays of the heap would keep copies. */
export function fillSeed(seed: Uint8Array): void {
  const random = randomBytes(X_WING.seed);
  seed.set(random);
  wipe(random);
}
