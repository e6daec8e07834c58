/**
 * HPKE's key schedule (RFC 9180 5.1, base mode), from the library `hpke`. The library uses none of its own primitives:
 * the shared secret comes from the platform's KEM, and its KDF is ours, so that everything it derives can be wiped.
 */
import { allocateBytes, concatBytes, equalBytes, wipe, type Bytes } from '@nomyo/base';
import { AEAD_AES_256_GCM, CipherSuite, type AEAD, type KDF, type KEM } from 'hpke';
import { LABEL, SIZES, SUITES, type SuiteId } from './facts.js';
import { expand, extract } from './hkdf.js';
import type { Awaitable, Encapsulation } from './platform/platform.js';

/** The keys that both sides derive from one encapsulation. The holder wipes all three. */
export interface Context {
  readonly key: Bytes;
  readonly baseNonce: Bytes;
  /** Exported for the answer (SPEC 7.1). */
  readonly secret: Bytes;
}

/** The shared secret already covers the public key; the schedule only needs a placeholder for it. */
const NO_KEY = { algorithm: { name: 'given' }, extractable: false, type: 'public' } as const;

/** The context of `SetupBaseS` and `SetupBaseR`, which derive the same from the same shared secret. */
export async function schedule(suite: SuiteId, info: Uint8Array, given: Encapsulation): Promise<Context> {
  const derived = new Set<Bytes>();
  let first: { key: Bytes; nonce: Bytes } | undefined;
  const tell = (key: Uint8Array, nonce: Uint8Array): void => {
    first = { key: keep(derived, key), nonce: concatBytes(nonce) };
  };
  try {
    const hpke = new CipherSuite(
      () => givenKem(suite, given),
      () => wipedKdf(suite, derived),
      () => tellingAead(tell),
    );
    const { ctx } = await hpke.SetupSender(NO_KEY, { info });
    // The nonce of message 0 is base_nonce itself (RFC 9180 5.2).
    await ctx.Seal(NOTHING);
    const secret = keep(derived, await ctx.Export(LABEL.response, SIZES.secret));
    if (first === undefined) throw new TypeError('the key schedule sealed nothing');
    return { key: first.key, baseNonce: first.nonce, secret };
  } finally {
    derived.forEach(wipe);
  }
}

const NOTHING = allocateBytes(0);

/** The part that outlives the schedule: the derived array if the library passes it on, otherwise a copy. */
function keep(derived: Set<Bytes>, bytes: Uint8Array): Bytes {
  for (const own of derived) {
    if (own !== bytes) continue;
    derived.delete(own);
    return own;
  }
  return concatBytes(bytes);
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

/** The first step of every schedule in base mode (`psk_id_hash`): it depends on the suite alone, and is no secret. */
const firstSteps = new Map<SuiteId, { readonly ikm: Bytes; readonly prk: Bytes }>();

/** The first extraction, made once for each suite; `undefined` of any other. */
async function firstExtract(suite: SuiteId, salt: Uint8Array, ikm: Uint8Array): Promise<Bytes | undefined> {
  if (salt.byteLength > 0) return undefined;
  const known = firstSteps.get(suite);
  if (known !== undefined) return equalBytes(known.ikm, ikm) ? known.prk : undefined;
  const prk = await extract(salt, ikm);
  firstSteps.set(suite, { ikm: concatBytes(ikm), prk });
  return prk;
}

/** HKDF-SHA256 whose every output is noted in `derived`. */
function wipedKdf(suite: SuiteId, derived: Set<Bytes>): KDF {
  const noted = async (output: Awaitable<Bytes>): Promise<Bytes> => {
    const bytes = await output;
    derived.add(bytes);
    return bytes;
  };
  return {
    type: 'KDF',
    id: 0x0001,
    name: 'HKDF-SHA256',
    Nh: 32,
    stages: 2,
    Extract: async (salt, ikm) => (await firstExtract(suite, salt, ikm)) ?? noted(extract(salt, ikm)),
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
      return Promise.resolve(NOTHING);
    },
    Open: unused,
  };
}
