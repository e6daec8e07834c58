/** Every number and label of SPEC.md, once. Sizes in bytes, times in seconds. */
import { utf8Encode, type Bytes } from '@nomyo/base';

/** SPEC section 2. Nothing is negotiated: a key has one suite, and the key id commits to it. */
export const SUITES = {
  1: { name: 'MLKEM768-X25519', kemId: 0x647a, encBytes: 1120, publicBytes: 1216, privateBytes: 32 },
  2: { name: 'DHKEM(X25519, HKDF-SHA256)', kemId: 0x0020, encBytes: 32, publicBytes: 32, privateBytes: 32 },
} as const;

/** A suite this package speaks. */
export type SuiteId = keyof typeof SUITES;

/** Whether `id` is a suite of SPEC section 2. */
export function isSuite(id: number): id is SuiteId {
  return Object.hasOwn(SUITES, id);
}

/** SPEC section 2. */
export const LIMITS = {
  minLength: 20,
  maxLength: 262_144,
  maxFrames: 4_294_967_296,
  maxHead: 16_384,
  maxRequest: 10_485_760,
  maxAnswer: 67_108_864,
  maxDocument: 262_144,
  maxLife: 86_400,
  /** SPEC section 1: how far two clocks may be apart, and the grace of a key. */
  window: 120,
  /** SPEC section 9: how long an entry of the map outlives its answer. */
  replayLife: 240,
  /** SPEC section 9: an answer of up to this size is kept. */
  keptAnswer: 262_144,
} as const;

/** AES-256-GCM and the fields around it. */
export const SIZES = {
  key: 32,
  nonce: 12,
  tag: 16,
  frameHeader: 5,
  contentLength: 4,
  header: 44,
  keyId: 16,
  requestId: 16,
  responseNonce: 32,
  secret: 32,
  signature: 64,
  signingKey: 32,
} as const;

/** SPEC section 5. */
export const FRAME = { head: 1, data: 2, end: 3, abort: 4 } as const;
/** The first byte of a frame's plaintext (SPEC section 8). */
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** SPEC section 4, 7, 8: what each message begins with. */
export const MAGIC: Readonly<Record<'delegation' | 'keys' | 'request' | 'answer', Bytes>> = {
  delegation: utf8Encode('NYD2'),
  keys: utf8Encode('NYK2'),
  request: utf8Encode('NYQ2'),
  answer: utf8Encode('NYR2'),
};

/** The context strings; those that are followed by a message end in a zero byte. */
export const LABEL: Readonly<
  Record<'delegation' | 'keys' | 'keyId' | 'request' | 'response' | 'key' | 'nonce', Bytes>
> = {
  delegation: utf8Encode('nomyo/v2 delegation\0'),
  keys: utf8Encode('nomyo/v2 keys\0'),
  keyId: utf8Encode('nomyo/v2 key\0'),
  request: utf8Encode('nomyo/v2 request\0'),
  response: utf8Encode('nomyo/v2 response'),
  key: utf8Encode('key'),
  nonce: utf8Encode('nonce'),
};

/** Content types and the security tiers. */
export const CONTENT_TYPE = {
  keys: 'application/nomyo-v2-keys',
  request: 'application/nomyo-v2-request',
  answer: 'application/nomyo-v2-response',
  error: 'application/problem+json',
} as const;

/** SPEC section 6, tag 0x05. */
export const TIERS = ['standard', 'high', 'maximum'] as const;
/** A security tier by its name. */
export type Tier = (typeof TIERS)[number];
