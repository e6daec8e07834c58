/**
 * Blocks for RSA-OAEP in the manner of Project Wycheproof: good ones at the edges, and bad ones that each break one
 * rule of RFC 8017 §7.1.2 or of the protocol. Every block of `k` bytes carries, where it carries anything, the AES key
 * that the payload is sealed with, so that an implementation that skips a check opens the envelope.
 */
import { constants, publicEncrypt, type KeyObject } from 'node:crypto';
import {
  encodeOaep,
  numbersOf,
  rawEncrypt,
  toBytes,
  toInteger,
  type OaepParts,
  type RsaNumbers,
} from './oaep.js';

/** One block and the verdict on it. */
export interface OaepCase {
  readonly name: string;
  readonly wrappedKey: Uint8Array;
  /** `opens`, or why not: the length is seen before any key is used, the rest is one and the same error. */
  readonly verdict: 'opens' | 'INVALID_ENVELOPE' | 'DECRYPTION_FAILED';
}

/** Random bytes of the run. */
export type Bytes = (length: number) => Uint8Array;

const SEED_BYTES = 32;
const HASH_BYTES = 32;

/** @param aesKey 32 bytes */
export function oaepCases(publicKey: KeyObject, aesKey: Uint8Array, random: Bytes): OaepCase[] {
  const numbers = numbersOf(publicKey);
  const block = (parts: Partial<OaepParts>): Uint8Array =>
    rawEncrypt(encodeOaep({ message: aesKey, seed: random(SEED_BYTES), ...parts }, numbers.k), numbers);
  return [
    ...goodCases(block, numbers, random),
    ...encodingCases(block, random),
    ...messageCases(block, aesKey, numbers, random),
    ...integerCases(block({}), numbers),
    ...otherPaddings(publicKey, aesKey),
  ];
}

type Block = (parts: Partial<OaepParts>) => Uint8Array;

function goodCases(block: Block, { k }: RsaNumbers, random: Bytes): OaepCase[] {
  let leading = block({});
  while (leading[0] !== 0) leading = block({ seed: random(SEED_BYTES) });
  return Object.entries({
    'a random seed': block({}),
    'a seed of zeros': block({ seed: new Uint8Array(SEED_BYTES) }),
    'a seed of ones': block({ seed: new Uint8Array(SEED_BYTES).fill(0xff) }),
    [`a ciphertext with a leading zero in ${String(k)} bytes`]: leading,
  }).map(([name, wrappedKey]) => ({ name, wrappedKey, verdict: 'opens' }));
}

function encodingCases(block: Block, random: Bytes): OaepCase[] {
  const tampered = (tamper: (dataBlock: Uint8Array) => void): Uint8Array => block({ tamper });
  const flip = (at: number): Uint8Array =>
    tampered((db) => {
      db[at] = (db[at] ?? 0) ^ 1;
    });
  return refused({
    'a label of one byte': block({ label: Uint8Array.of(0x78) }),
    'a label of zeros': block({ label: new Uint8Array(HASH_BYTES) }),
    'a label of 1000 bytes': block({ label: random(1000) }),
    'SHA-1 for hash and MGF1': block({ hash: 'sha1', seed: random(20) }),
    'SHA-1 for the hash, SHA-256 in MGF1': block({ hash: 'sha1', seed: random(20), maskHash: 'sha256' }),
    'SHA-256 for the hash, SHA-1 in MGF1': block({ maskHash: 'sha1' }),
    'SHA-256 for the hash, SHA-512 in MGF1': block({ maskHash: 'sha512' }),
    'SHA-384 for hash and MGF1': block({ hash: 'sha384', seed: random(48) }),
    'SHA-512 for hash and MGF1': block({ hash: 'sha512', seed: random(64) }),
    'a seed of 64 bytes': block({ seed: random(64) }),
    'a seed of 16 bytes': block({ seed: random(16) }),
    'a first byte of 1': block({ first: 1 }),
    'the first bit of the label hash flipped': flip(0),
    'the last bit of the label hash flipped': flip(HASH_BYTES - 1),
    'a label hash of zeros': tampered((db) => db.fill(0, 0, HASH_BYTES)),
    'padding that does not begin with zero': flip(HASH_BYTES),
    'padding that is not zero in its middle': flip(HASH_BYTES + 40),
    'padding of ones': tampered((db) => db.fill(0xff, HASH_BYTES, separatorOf(db))),
    'no separator': tampered((db) => db.fill(0, HASH_BYTES)),
    'a separator of 2': tampered((db) => db.fill(2, separatorOf(db), separatorOf(db) + 1)),
    'a separator of 0': tampered((db) => db.fill(0, separatorOf(db), separatorOf(db) + 1)),
    'a separator at the start of the padding': tampered((db) => db.fill(1, HASH_BYTES, HASH_BYTES + 1)),
  });
}

/** The protocol's key has 32 bytes. */
function messageCases(block: Block, aesKey: Uint8Array, { k }: RsaNumbers, random: Bytes): OaepCase[] {
  const longest = k - 2 * HASH_BYTES - 2;
  const lengths = [0, 1, 16, 24, 31, 33, 48, 64, longest - 1, longest];
  const wrong = lengths.map((length) => {
    const message = Buffer.concat([aesKey, random(longest)]).subarray(0, length);
    return [`a key of ${String(length)} bytes`, block({ message })] as const;
  });
  const behindZero = Buffer.concat([Uint8Array.of(0), aesKey.subarray(0, 31)]);
  return refused({
    ...Object.fromEntries(wrong),
    'a key that lost its first byte to a zero': block({ message: behindZero }),
    'a key as text': block({ message: Buffer.from(Buffer.from(aesKey).toString('hex'), 'latin1') }),
  });
}

function integerCases(good: Uint8Array, { n, k }: RsaNumbers): OaepCase[] {
  const c = toInteger(good);
  const limit = 1n << BigInt(k * 8);
  const inBlock = refused({
    zero: toBytes(0n, k),
    one: toBytes(1n, k),
    'n - 1': toBytes(n - 1n, k),
    n: toBytes(n, k),
    'n + 1': toBytes(n + 1n, k),
    'all ones': toBytes(limit - 1n, k),
    'n - c': toBytes(n - c, k),
    'the bytes the other way round': Uint8Array.from(good).reverse(),
    ...(c + n < limit ? { 'c + n, which is c once reduced': toBytes(c + n, k) } : {}),
  });
  const ofOtherLength: OaepCase[] = Object.entries({
    nothing: new Uint8Array(0),
    'one byte': Uint8Array.of(1),
    'a byte less at the end': good.subarray(0, -1),
    'a byte less at the start': good.subarray(1),
    'a leading zero more': Buffer.concat([Uint8Array.of(0), good]),
    'a trailing zero more': Buffer.concat([good, Uint8Array.of(0)]),
    'twice the block': Buffer.concat([good, good]),
    'c + n in a byte more': toBytes(c + n, k + 1),
  }).map(([name, wrappedKey]) => ({ name, wrappedKey, verdict: 'INVALID_ENVELOPE' }));
  return [...inBlock, ...ofOtherLength];
}

function otherPaddings(key: KeyObject, aesKey: Uint8Array): OaepCase[] {
  const bytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const raw = Buffer.concat([Buffer.alloc(bytes - aesKey.byteLength), aesKey]);
  return refused({
    'PKCS#1 v1.5': publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, aesKey),
    'no padding': publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, raw),
    'no encryption': raw,
  });
}

function refused(blocks: Readonly<Record<string, Uint8Array>>): OaepCase[] {
  return Object.entries(blocks).map(([name, wrappedKey]) => ({
    name,
    wrappedKey,
    verdict: 'DECRYPTION_FAILED',
  }));
}

/** Where the 01 stands before a message of 32 bytes. */
function separatorOf(dataBlock: Uint8Array): number {
  return dataBlock.byteLength - 33;
}
