/** The KEMs of `hpke`, over WebCrypto: suite 2 everywhere, suite 1 where the platform has ML-KEM. */
import { allocateBytes, wipe, type Bytes } from '@nomyo/base';
import { KEM_DHKEM_X25519_HKDF_SHA256, KEM_MLKEM768_X25519, type KEM, type Key } from 'hpke';
import type { SecureByteContext } from '@nomyo/crypto';
import type { SuiteId } from '../facts.js';
import type { Awaitable, Decapsulator, Encapsulation, KemPair } from './platform.js';

/** Encapsulation with the library's KEM of `suite`. */
export function hpkeEncapsulate(suite: SuiteId, publicKey: Uint8Array): Promise<Encapsulation> {
  return suite === 1
    ? encapsulateWith(KEM_MLKEM768_X25519(), publicKey)
    : encapsulateWith(KEM_DHKEM_X25519_HKDF_SHA256(), publicKey);
}

/** Decapsulation with the library's KEM of `suite`. */
export function hpkeDecapsulate(suite: SuiteId, pair: KemPair, enc: Uint8Array): Promise<Bytes> {
  return suite === 1
    ? decapsulateWith(KEM_MLKEM768_X25519(), pair, enc)
    : decapsulateWith(KEM_DHKEM_X25519_HKDF_SHA256(), pair, enc);
}

/** One that reads the key anew for each `enc`, so that nothing is left of it in between. */
export function borrowingDecapsulator(
  key: SecureByteContext,
  publicKey: Bytes,
  decapsulate: (pair: KemPair, enc: Uint8Array) => Awaitable<Bytes>,
): Decapsulator {
  return {
    decapsulate: (enc) => key.borrow((privateKey) => decapsulate({ privateKey, publicKey }, enc)),
    dispose: () => undefined,
  };
}

async function encapsulateWith<K extends Key>(
  kem: Readonly<KEM<K>>,
  publicKey: Uint8Array,
): Promise<Encapsulation> {
  const { enc, shared_secret } = await kem.Encap(await kem.DeserializePublicKey(publicKey));
  return { enc: own(enc), sharedSecret: own(shared_secret) };
}

async function decapsulateWith<K extends Key>(
  kem: Readonly<KEM<K>>,
  pair: KemPair,
  enc: Uint8Array,
): Promise<Bytes> {
  const privateKey = await kem.DeserializePrivateKey(pair.privateKey, false);
  return own(await kem.Decap(enc, privateKey, await kem.DeserializePublicKey(pair.publicKey)));
}

/** The same bytes outside the JavaScript heap; the library's own copy is wiped. */
function own(bytes: Uint8Array): Bytes {
  const copy = allocateBytes(bytes.byteLength);
  copy.set(bytes);
  wipe(bytes);
  return copy;
}
