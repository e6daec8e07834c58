/**
 * Suite 1 on Node: ML-KEM-768 of node:crypto where it has it (24.7), else of @noble/post-quantum; X25519 and SHA3 of
 * node:crypto. Both are put together as draft-connolly-cfrg-xwing-kem says; SPEC section 3 permits that.
 */
import { createHash, diffieHellman, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { bytesOf, concatBytes, equalBytes, wipe, type Bytes } from '@nomyo/base';
import type { SecureByteContext } from '@nomyo/crypto';
import { mlKem, type MlKemHolder, type MlKemRecipient } from './ml-kem.node.js';
import { privateX25519, publicX25519, rawPublic } from './raw-keys.node.js';
import { secretDigest } from './secret-digest.node.js';
import type { Decapsulator, Encapsulation } from './platform.js';

const ML_KEM_PUBLIC_BYTES = 1_184;
const ML_KEM_ENC_BYTES = 1_088;
const ML_KEM_SEED_BYTES = 64;
/** `\.//^\`, the label of the draft's section 5.3. */
const LABEL = bytesOf(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);

/** A public key that was read. */
interface Recipient {
  /** The bytes it was read from. */
  readonly raw: Bytes;
  readonly encapsulateMlKem: MlKemRecipient;
  readonly curve: KeyObject;
}

/** By the array that holds the key: one that a client seals to again and again is read once. */
const recipients = new WeakMap<Uint8Array, Recipient>();

function recipientOf(publicKey: Uint8Array): Recipient {
  const known = recipients.get(publicKey);
  if (known !== undefined && equalBytes(known.raw, publicKey)) return known;
  const raw = concatBytes(publicKey);
  const recipient = {
    raw,
    encapsulateMlKem: mlKem().recipient(raw.subarray(0, ML_KEM_PUBLIC_BYTES)),
    curve: publicX25519(raw.subarray(ML_KEM_PUBLIC_BYTES)),
  };
  recipients.set(publicKey, recipient);
  return recipient;
}

/** Encapsulates to a public key of 1,216 bytes. */
export function encapsulateXWing(publicKey: Uint8Array): Encapsulation {
  const { raw, encapsulateMlKem, curve } = recipientOf(publicKey);
  const theirs = raw.subarray(ML_KEM_PUBLIC_BYTES);
  const ephemeral = generateKeyPairSync('x25519');
  const point = rawPublic(ephemeral.publicKey);
  const lattice = encapsulateMlKem();
  try {
    const agreed = agree(ephemeral.privateKey, curve);
    const sharedSecret = combine(lattice.sharedSecret, agreed, point, theirs);
    return { enc: concatBytes(lattice.cipherText, point), sharedSecret };
  } finally {
    wipe(lattice.sharedSecret);
  }
}

/**
 * Decapsulates `enc` of 1,120 bytes. A private key in ordinary memory is read once. One in locked memory is read for each
 * `enc`: OpenSSL keeps what it reads in memory that is not locked, and so keeps it for that one operation alone.
 */
export function xWingDecapsulator(seed: SecureByteContext, publicKey: Bytes): Decapsulator {
  const ours = publicKey.subarray(ML_KEM_PUBLIC_BYTES);
  let kept: PrivateKey | undefined;
  return {
    decapsulate: (enc) => {
      const key = kept ?? seed.borrow(readPrivateKey);
      if (!seed.locked) kept = key;
      try {
        return decapsulateXWing(key, ours, enc);
      } finally {
        if (seed.locked) key.lattice.dispose();
      }
    },
    dispose: () => {
      kept?.lattice.dispose();
      kept = undefined;
    },
  };
}

/** A private key that was read. */
interface PrivateKey {
  readonly lattice: MlKemHolder;
  readonly curve: KeyObject;
}

function readPrivateKey(seed: Uint8Array): PrivateKey {
  const expanded = expand(seed);
  try {
    return {
      lattice: mlKem().holder(expanded.subarray(0, ML_KEM_SEED_BYTES)),
      curve: privateX25519(expanded.subarray(ML_KEM_SEED_BYTES)),
    };
  } finally {
    wipe(expanded);
  }
}

function decapsulateXWing({ lattice, curve }: PrivateKey, ours: Uint8Array, enc: Uint8Array): Bytes {
  const point = enc.subarray(ML_KEM_ENC_BYTES);
  const agreed = agree(curve, publicX25519(point));
  return combine(lattice.decapsulate(enc.subarray(0, ML_KEM_ENC_BYTES)), agreed, point, ours);
}

/** The 1,216 bytes of the public key of a seed. */
export function xWingPublicKey(privateKey: Uint8Array): Bytes {
  const expanded = expand(privateKey);
  try {
    const lattice = mlKem().publicKey(expanded.subarray(0, ML_KEM_SEED_BYTES));
    return concatBytes(lattice, rawPublic(privateX25519(expanded.subarray(ML_KEM_SEED_BYTES))));
  } finally {
    wipe(expanded);
  }
}

/** SHAKE256 of the seed: 64 bytes for ML-KEM (d, z), then the X25519 scalar. */
function expand(seed: Uint8Array): Buffer {
  return createHash('shake256', { outputLength: ML_KEM_SEED_BYTES + 32 })
    .update(seed)
    .digest();
}

/** Throws where the result would be all zero (RFC 7748 6.1). */
function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  return diffieHellman({ privateKey, publicKey });
}

/**
 * The draft's combiner; wipes both secrets. In one call: an object of `createHash` keeps the digest, and the state that it
 * can be read from, until the garbage collector finds it.
 */
function combine(lattice: Uint8Array, curve: Uint8Array, point: Uint8Array, theirs: Uint8Array): Bytes {
  const input = concatBytes(lattice, curve, point, theirs, LABEL);
  wipe(lattice);
  wipe(curve);
  try {
    return secretDigest(hash('sha3-256', input, 'buffer'));
  } finally {
    wipe(input);
  }
}
