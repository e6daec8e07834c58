/** HPKE (RFC 9180, base mode) of both suites, as a recipient; the library is `hpke`. */
import { SecureByteContext } from '@nomyo/crypto';
import {
  AEAD_AES_256_GCM,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type CryptoKey,
  type KeyPair,
  type RecipientContext,
} from 'hpke';
import { keyIdOf } from '../keys/document.js';
import type { KeyLife } from '../kem/plan.js';
import type { KemKey, Suite } from './port.js';
import { fillSeed, X_WING, xWingKem, xWingKey, xWingPublicKey } from './x-wing.js';

/** Bytes of enc (SPEC §2). */
export const ENC_BYTES: Readonly<Record<Suite, number>> = { 1: X_WING.enc, 2: 32 };

/** Begins the context of one request. @throws when decapsulation fails, or the key is destroyed */
export type Setup = (enc: Uint8Array, info: Uint8Array) => Promise<RecipientContext>;

/** A key of this implementation: what an opener can use. */
export interface HpkeKey extends KemKey {
  readonly setup: Setup;
}

const hybrid = new CipherSuite(xWingKem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const classic = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);

export async function makeHpkeKey(suite: Suite, life: KeyLife): Promise<HpkeKey> {
  if (suite === 2) return classicKey(life, await classic.GenerateKeyPair(false));
  const seed = SecureByteContext.allocate(X_WING.seed);
  seed.borrow(fillSeed);
  return hybridKey(life, seed);
}

/** @param seed owned by the key from now on */
export function hybridKey(life: KeyLife, seed: SecureByteContext): HpkeKey {
  const publicKey = seed.borrow(xWingPublicKey);
  return {
    ...life,
    suite: 1,
    id: keyIdOf(1, publicKey),
    publicKey,
    setup: async (enc, info) => seed.borrow((bytes) => hybrid.SetupRecipient(xWingKey(bytes), enc, { info })),
    destroy: () => seed.dispose(),
  };
}

/** The private key is an object of OpenSSL, which wipes it when the last reference is gone. */
export async function classicKey(life: KeyLife, pair: KeyPair<CryptoKey>): Promise<HpkeKey> {
  const publicKey = await classic.SerializePublicKey(pair.publicKey);
  let held: KeyPair<CryptoKey> | undefined = pair;
  return {
    ...life,
    suite: 2,
    id: keyIdOf(2, publicKey),
    publicKey,
    setup: async (enc, info) => {
      if (held === undefined) throw new TypeError('the key is destroyed');
      return classic.SetupRecipient(held, enc, { info });
    },
    destroy: () => (held = undefined),
  };
}

/** For vectors: a pair of suite 2 from its 32 bytes. */
export async function importClassicPair(
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Promise<KeyPair<CryptoKey>> {
  return {
    privateKey: await classic.DeserializePrivateKey(privateKey, false),
    publicKey: await classic.DeserializePublicKey(publicKey),
  };
}
