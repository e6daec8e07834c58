/**
 * What both sides of a call of version 2 cannot do without, by bare `node:crypto` and by nothing else: no protocol, no
 * wiping, no checks. With the HTTP and TLS of the call it is the limit that no implementation goes below.
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
  type KeyObject,
} from 'node:crypto';

const GCM = 'aes-256-gcm';
const OPTIONS = { authTagLength: 16 } as const;

/** HMACs of the key schedule (RFC 9180 5.1, without its constant step) and of the answer's two keys. */
const HMACS = 9;

/** Plaintext of the head and of a padded body of 1 KB; see section 11 of the specification. */
const FRAMES = { request: [512, 1_408], answer: [512, 1_472] } as const;

type Encapsulate = (key: KeyObject) => { readonly sharedKey: Buffer; readonly ciphertext: Buffer };
type Decapsulate = (key: KeyObject, ciphertext: Uint8Array) => Buffer;

interface Kem {
  readonly encapsulate: Encapsulate;
  readonly decapsulate: Decapsulate;
}

const isEncapsulate = (value: unknown): value is Encapsulate => typeof value === 'function';
const isDecapsulate = (value: unknown): value is Decapsulate => typeof value === 'function';

/** `undefined` where this Node has no ML-KEM. The types of the oldest Node that is supported do not declare it. */
function kem(): Kem | undefined {
  const encapsulate: unknown = Reflect.get(nodeCrypto, 'encapsulate');
  const decapsulate: unknown = Reflect.get(nodeCrypto, 'decapsulate');
  return isEncapsulate(encapsulate) && isDecapsulate(decapsulate) ? { encapsulate, decapsulate } : undefined;
}

function makeMlKem(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  const pair: unknown = Reflect.apply(generateKeyPairSync, undefined, ['ml-kem-768']);
  if (isPair(pair)) return pair;
  throw new TypeError('no pair of ML-KEM keys');
}

function isPair(value: unknown): value is { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return typeof value === 'object' && value !== null && 'publicKey' in value && 'privateKey' in value;
}

/** One side's primitives, once. */
type Primitives = () => void;

/** @returns `undefined` where this Node has no ML-KEM */
function primitivesOf(side: 'client' | 'router'): Primitives | undefined {
  const { encapsulate, decapsulate } = kem() ?? {};
  if (encapsulate === undefined || decapsulate === undefined) return undefined;
  const [lattice, curve] = [makeMlKem(), generateKeyPairSync('x25519')];
  const { ciphertext } = encapsulate(lattice.publicKey);
  const { x = '' } = curve.publicKey.export({ format: 'jwk' });
  const seal = sealer();
  const open = opener();
  if (side === 'client') {
    return () => {
      const { sharedKey } = encapsulate(lattice.publicKey);
      const { privateKey } = generateKeyPairSync('x25519');
      derive(sharedKey, diffieHellman({ privateKey, publicKey: curve.publicKey }));
      FRAMES.request.forEach(seal);
      FRAMES.answer.forEach(open);
    };
  }
  return () => {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
    const shared = diffieHellman({ privateKey: curve.privateKey, publicKey });
    derive(decapsulate(lattice.privateKey, ciphertext), shared);
    FRAMES.request.forEach(open);
    FRAMES.answer.forEach(seal);
  };
}

/** X-Wing's combiner, and HKDF. */
function derive(lattice: Uint8Array, curve: Uint8Array): void {
  const key = createHash('sha3-256').update(lattice).update(curve).digest();
  for (let i = 0; i < HMACS; i += 1) createHmac('sha256', key).update(lattice).digest();
}

function sealer(): (bytes: number) => Buffer {
  const [key, nonce] = [Buffer.alloc(32), Buffer.alloc(12)];
  return (bytes) => {
    const cipher = createCipheriv(GCM, key, nonce, OPTIONS).setAAD(nonce);
    const sealed = cipher.update(Buffer.alloc(bytes));
    return Buffer.concat([sealed, cipher.final(), cipher.getAuthTag()]);
  };
}

function opener(): (bytes: number) => void {
  const [key, nonce, seal] = [Buffer.alloc(32), Buffer.alloc(12), sealer()];
  const known = new Map<number, Buffer>();
  return (bytes) => {
    const sealed = known.get(bytes) ?? seal(bytes);
    known.set(bytes, sealed);
    const decipher = createDecipheriv(GCM, key, nonce, OPTIONS).setAAD(nonce);
    decipher.setAuthTag(sealed.subarray(bytes));
    decipher.update(sealed.subarray(0, bytes));
    decipher.final();
  };
}

/** Which side, and how many rounds. */
export interface PrimitivesOrder {
  readonly side: 'client' | 'router';
  readonly rounds: number;
}

/** CPU of one round, in ms; 0 where this Node has no ML-KEM. */
export function cpuOfPrimitives({ side, rounds }: PrimitivesOrder): number {
  const primitives = primitivesOf(side);
  if (primitives === undefined) return 0;
  for (let i = 0; i < rounds; i += 1) primitives();
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i += 1) primitives();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / rounds;
}
