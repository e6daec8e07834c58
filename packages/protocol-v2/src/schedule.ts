/**
 * HPKE's key schedule (RFC 9180 5.1, base mode), of the library `hpke`. The library never sees a primitive of its own:
 * the shared secret comes from the platform's KEM, and its KDF is ours, so that everything it derives can be wiped.
 */
import { allocateBytes, concatBytes, wipe, type Bytes } from '@nomyo/base';
import { AEAD_AES_256_GCM, CipherSuite, type AEAD, type KDF, type KEM } from 'hpke';
import { LABEL, SIZES, SUITES, type SuiteId } from './facts.js';
import { expand, extract } from './hkdf.js';
import type { Encapsulation } from './platform/platform.js';

/** What both sides derive from one encapsulation. Whoever holds it wipes all three. */
export interface Context {
  readonly key: Bytes;
  readonly baseNonce: Bytes;
  /** Exported for the answer (SPEC 7.1). */
  readonly secret: Bytes;
}

/** The public key is in the shared secret already; the schedule needs a name for it and nothing more. */
const NO_KEY = { algorithm: { name: 'given' }, extractable: false, type: 'public' } as const;

/** The context of `SetupBaseS` and `SetupBaseR`, which derive the same from the same shared secret. */
export async function schedule(suite: SuiteId, info: Uint8Array, given: Encapsulation): Promise<Context> {
  const derived: Uint8Array[] = [];
  let first: { key: Bytes; nonce: Bytes } | undefined;
  const tell = (key: Uint8Array, nonce: Uint8Array): void => {
    first = { key: concatBytes(key), nonce: concatBytes(nonce) };
  };
  try {
    const hpke = new CipherSuite(
      () => givenKem(suite, given),
      () => wipedKdf(derived),
      () => tellingAead(tell),
    );
    const { ctx } = await hpke.SetupSender(NO_KEY, { info });
    // The nonce of message 0 is base_nonce itself (RFC 9180 5.2).
    await ctx.Seal(allocateBytes(0));
    const secret = concatBytes(await ctx.Export(LABEL.response, SIZES.secret));
    if (first === undefined) throw new TypeError('the key schedule sealed nothing');
    return { key: first.key, baseNonce: first.nonce, secret };
  } finally {
    derived.forEach(wipe);
  }
}

const unused = (): Promise<never> => Promise.reject(new TypeError('the key schedule alone is used'));

/** A KEM that hands over an encapsulation that was made before. */
function givenKem(suite: SuiteId, given: Encapsulation): KEM {
  const { kemId, name, encBytes, publicBytes, privateBytes } = SUITES[suite];
  return {
    type: 'KEM',
    id: kemId,
    name,
    Nsecret: SIZES.secret,
    Nenc: encBytes,
    Npk: publicBytes,
    Nsk: privateBytes,
    Encap: () => Promise.resolve({ shared_secret: given.sharedSecret, enc: given.enc }),
    Decap: unused,
    DeriveKeyPair: unused,
    GenerateKeyPair: unused,
    SerializePublicKey: unused,
    DeserializePublicKey: unused,
    SerializePrivateKey: unused,
    DeserializePrivateKey: unused,
  };
}

/** HKDF-SHA256 whose every output is noted in `derived`. */
function wipedKdf(derived: Uint8Array[]): KDF {
  const noted = async (output: Promise<Bytes>): Promise<Bytes> => {
    const bytes = await output;
    derived.push(bytes);
    return bytes;
  };
  return {
    type: 'KDF',
    id: 0x0001,
    name: 'HKDF-SHA256',
    Nh: 32,
    stages: 2,
    Extract: (salt, ikm) => noted(extract(salt, ikm)),
    Expand: (prk, info, length) => noted(expand(prk, info, length)),
    Derive: unused,
  };
}

/** AES-256-GCM's facts, and a Seal that tells the key and the nonce it was called with, and seals nothing. */
function tellingAead(tell: (key: Uint8Array, nonce: Uint8Array) => void): AEAD {
  const { id, name, Nk, Nn, Nt } = AEAD_AES_256_GCM();
  return {
    type: 'AEAD',
    id,
    name,
    Nk,
    Nn,
    Nt,
    Seal: (key, nonce) => {
      tell(key, nonce);
      return Promise.resolve(allocateBytes(Nt));
    },
    Open: unused,
  };
}
