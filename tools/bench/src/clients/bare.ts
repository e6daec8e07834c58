/**
 * The cryptography that both sides of a call of version 2 cannot do without, by bare `node:crypto`: no server, no
 * protocol, no wiping, no checks. With the HTTP and TLS of the call it is the limit that no implementation goes below.
 */
import * as nodeCrypto from 'node:crypto';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto';
import type { BenchClient } from './client.js';

declare module 'crypto' {
  // From Node 24.7 on; the types are those of the oldest Node that is supported.
  function generateKeyPairSync(type: 'ml-kem-768'): KeyPairKeyObjectResult;
  const encapsulate: undefined | ((key: KeyObject) => Record<'sharedKey' | 'ciphertext', Buffer>);
  const decapsulate: undefined | ((key: KeyObject, ciphertext: Uint8Array) => Buffer);
}

/** A call is what that side of a call does; it is nothing where this Node has no ML-KEM. */
function openBare(side: 'client' | 'router'): BenchClient {
  const run = makeSides()?.[side];
  return { call: () => Promise.resolve(run?.()) };
}

export const openBareClient = (): BenchClient => openBare('client');
export const openBareRouter = (): BenchClient => openBare('router');

type Sides = Readonly<Record<'client' | 'router', () => void>>;

function makeSides(): Sides | undefined {
  const { encapsulate, decapsulate } = nodeCrypto;
  if (encapsulate === undefined || decapsulate === undefined) return undefined;
  const [lattice, curve] = [generateKeyPairSync('ml-kem-768'), generateKeyPairSync('x25519')];
  const { ciphertext } = encapsulate(lattice.publicKey);
  const { x = '' } = curve.publicKey.export({ format: 'jwk' });
  const [sealedRequest, sealedAnswer] = [FRAMES.request.map(seal), FRAMES.answer.map(seal)];
  return {
    client: () => {
      const { sharedKey } = encapsulate(lattice.publicKey);
      const { privateKey } = generateKeyPairSync('x25519');
      derive(sharedKey, diffieHellman({ privateKey, publicKey: curve.publicKey }));
      FRAMES.request.forEach(seal);
      sealedAnswer.forEach(open);
    },
    router: () => {
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
      const shared = diffieHellman({ privateKey: curve.privateKey, publicKey });
      derive(decapsulate(lattice.privateKey, ciphertext), shared);
      sealedRequest.forEach(open);
      FRAMES.answer.forEach(seal);
    },
  };
}

/** HMACs of the key schedule (RFC 9180 5.1, without its constant step) and of the answer's two keys. */
const HMACS = 9;

/** X-Wing's combiner, and HKDF. */
function derive(lattice: Uint8Array, curve: Uint8Array): void {
  const key = createHash('sha3-256').update(lattice).update(curve).digest();
  for (let i = 0; i < HMACS; i += 1) createHmac('sha256', key).update(lattice).digest();
}

/** Plaintext of the head and of a padded body of 1 KB; see section 11 of the specification. */
const FRAMES = { request: [512, 1_408], answer: [512, 1_472] } as const;

const GCM = 'aes-256-gcm';
const TAG = { authTagLength: 16 } as const;
const [KEY, NONCE] = [Buffer.alloc(32), Buffer.alloc(12)];

function seal(bytes: number): Buffer {
  const cipher = createCipheriv(GCM, KEY, NONCE, TAG).setAAD(NONCE);
  const sealed = cipher.update(Buffer.alloc(bytes));
  return Buffer.concat([sealed, cipher.final(), cipher.getAuthTag()]);
}

function open(sealed: Buffer): void {
  const decipher = createDecipheriv(GCM, KEY, NONCE, TAG).setAAD(NONCE);
  decipher.setAuthTag(sealed.subarray(-TAG.authTagLength));
  decipher.update(sealed.subarray(0, -TAG.authTagLength));
  decipher.final();
}
