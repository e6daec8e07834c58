/**
 * Payloads for AES-256-GCM in the manner of Project Wycheproof: plaintexts of every short length, special keys and
 * nonces, and tags and nonces of every length that the protocol forbids, all of them sealed well by their own rules.
 */
import type { Bytes } from './oaep-cases.js';
import { sealGcm, type GcmInput } from './gcm.js';

/** One payload and the verdict on it. */
export interface GcmCase {
  readonly name: string;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  readonly verdict: 'opens' | 'INVALID_ENVELOPE' | 'DECRYPTION_FAILED';
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BITS = 128;

export function gcmCases(random: Bytes): GcmCase[] {
  const plaintext = Buffer.from('{"object":"chat.completion","choices":[]}');
  const typical = (): GcmInput => ({ key: random(KEY_BYTES), nonce: random(NONCE_BYTES), plaintext });
  return [
    ...lengthCases(random),
    ...valueCases(typical),
    ...nonceCases(typical, random),
    ...tagCases(typical),
    ...changedCases(typical),
  ];
}

function lengthCases(random: Bytes): GcmCase[] {
  return Array.from({ length: 65 }, (_, length) => {
    const input = { key: random(KEY_BYTES), nonce: random(NONCE_BYTES), plaintext: random(length) };
    return sealed(`a plaintext of ${String(length)} bytes`, input, 'opens');
  });
}

function valueCases(typical: () => GcmInput): GcmCase[] {
  const zeros = (length: number): Uint8Array => new Uint8Array(length);
  const ones = (length: number): Uint8Array => new Uint8Array(length).fill(0xff);
  return [
    sealed('a nonce of zeros', { ...typical(), nonce: zeros(NONCE_BYTES) }, 'opens'),
    sealed('a nonce of ones', { ...typical(), nonce: ones(NONCE_BYTES) }, 'opens'),
    sealed('a key of zeros', { ...typical(), key: zeros(KEY_BYTES) }, 'opens'),
    sealed('a key of ones', { ...typical(), key: ones(KEY_BYTES) }, 'opens'),
    sealed(
      'zeros everywhere',
      { key: zeros(KEY_BYTES), nonce: zeros(NONCE_BYTES), plaintext: zeros(64) },
      'opens',
    ),
    sealed(
      'ones everywhere',
      { key: ones(KEY_BYTES), nonce: ones(NONCE_BYTES), plaintext: ones(64) },
      'opens',
    ),
    sealed('associated data', { ...typical(), associated: Buffer.from('model') }, 'DECRYPTION_FAILED'),
    sealed('associated data of one zero', { ...typical(), associated: zeros(1) }, 'DECRYPTION_FAILED'),
  ];
}

function nonceCases(typical: () => GcmInput, random: Bytes): GcmCase[] {
  return [1, 4, 8, 11, 13, 16, 32, 128].map((length) =>
    sealed(`a nonce of ${String(length)} bytes`, { ...typical(), nonce: random(length) }, 'INVALID_ENVELOPE'),
  );
}

function tagCases(typical: () => GcmInput): GcmCase[] {
  const cut = [0, 1, 4, 8, 12, 13, 14, 15].map((length) => {
    const good = sealed(`a tag cut to ${String(length)} bytes`, typical(), 'INVALID_ENVELOPE');
    return { ...good, tag: good.tag.subarray(0, length) };
  });
  const longer = [17, 32].map((length) => {
    const good = sealed(`a tag of ${String(length)} bytes`, typical(), 'INVALID_ENVELOPE');
    return { ...good, tag: Buffer.concat([good.tag, new Uint8Array(length - good.tag.byteLength)]) };
  });
  const flipped = Array.from({ length: TAG_BITS }, (_, bit) => {
    const good = sealed(`bit ${String(bit)} of the tag flipped`, typical(), 'DECRYPTION_FAILED');
    return { ...good, tag: withBitFlipped(good.tag, bit) };
  });
  return [...cut, ...longer, ...flipped, ...wrongTags(typical)];
}

function wrongTags(typical: () => GcmInput): GcmCase[] {
  const good = sealed('', typical(), 'DECRYPTION_FAILED');
  const [first, second] = [good.tag.subarray(0, 8), good.tag.subarray(8)];
  const tags = {
    'a tag of zeros': new Uint8Array(16),
    'a tag of ones': new Uint8Array(16).fill(0xff),
    'the halves of the tag swapped': Buffer.concat([second, first]),
    'the tag of another plaintext': sealed('', { ...typical(), plaintext: Buffer.from('{}') }, 'opens').tag,
  };
  return Object.entries(tags).map(([name, tag]) => ({ ...good, name, tag }));
}

function changedCases(typical: () => GcmInput): GcmCase[] {
  const good = sealed('', typical(), 'DECRYPTION_FAILED');
  const { ciphertext, nonce, key } = good;
  return [
    { ...good, name: 'the first bit of the ciphertext flipped', ciphertext: withBitFlipped(ciphertext, 0) },
    { ...good, name: 'the last bit of the ciphertext flipped', ciphertext: withBitFlipped(ciphertext, -1) },
    { ...good, name: 'a ciphertext that lost its last byte', ciphertext: ciphertext.subarray(0, -1) },
    {
      ...good,
      name: 'a ciphertext with a zero more',
      ciphertext: Buffer.concat([ciphertext, new Uint8Array(1)]),
    },
    { ...good, name: 'no ciphertext, and the tag of one', ciphertext: new Uint8Array(0) },
    { ...good, name: 'a bit of the nonce flipped', nonce: withBitFlipped(nonce, 5) },
    { ...good, name: 'a bit of the key flipped', key: withBitFlipped(key, 77) },
  ];
}

function sealed(name: string, input: GcmInput, verdict: GcmCase['verdict']): GcmCase {
  const { key, nonce, plaintext } = input;
  return { name, key, nonce, plaintext, ...sealGcm(input), verdict };
}

/** Bit 0 is the highest of the first byte; -1 is the last one. */
function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit < 0 ? bytes.byteLength * 8 + bit : bit;
  const copy = Uint8Array.from(bytes);
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
  return copy;
}
