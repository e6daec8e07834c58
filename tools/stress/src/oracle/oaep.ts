/**
 * RSA-OAEP (RFC 8017 §7.1.1) by hand, with every part of it in the caller's hand: to make blocks that a careless
 * reader takes and a careful one refuses. It shares nothing with the code under test but node:crypto's hashes.
 */
import { createHash, type KeyObject } from 'node:crypto';

/** The numbers of a public key. */
export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  /** Length of the modulus in bytes. */
  readonly k: number;
}

/** The parts of an encoded message; each defaults to the protocol's value. */
export interface OaepParts {
  readonly message: Uint8Array;
  /** As long as the hash. */
  readonly seed: Uint8Array;
  /** Default: empty. */
  readonly label?: Uint8Array;
  /** Default: `sha256`. */
  readonly hash?: string;
  /** Hash inside MGF1. Default: `hash`. */
  readonly maskHash?: string;
  /** The first byte of EM. Default: 0. */
  readonly first?: number;
  /** Changes the data block `lHash || PS || 01 || M` before it is masked. */
  readonly tamper?: (dataBlock: Uint8Array) => void;
}

export function numbersOf(publicKey: KeyObject): RsaNumbers {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  return { n: toInteger(modulus), e: toInteger(Buffer.from(e, 'base64url')), k: modulus.byteLength };
}

/** EM of RFC 8017 §7.1.1, `k` bytes. */
export function encodeOaep(parts: OaepParts, k: number): Uint8Array {
  const {
    message,
    seed,
    label = new Uint8Array(0),
    hash = 'sha256',
    maskHash = hash,
    first = 0,
    tamper,
  } = parts;
  const labelHash = digest(hash, label);
  const dataBlock = Buffer.alloc(k - seed.byteLength - 1);
  labelHash.copy(dataBlock);
  dataBlock[dataBlock.byteLength - message.byteLength - 1] = 0x01;
  dataBlock.set(message, dataBlock.byteLength - message.byteLength);
  tamper?.(dataBlock);
  const maskedBlock = xor(dataBlock, mgf1(maskHash, seed, dataBlock.byteLength));
  const maskedSeed = xor(seed, mgf1(maskHash, maskedBlock, seed.byteLength));
  return Buffer.concat([Uint8Array.of(first), maskedSeed, maskedBlock]);
}

/** RSAEP (RFC 8017 §5.1.1), without its check that the message is below the modulus. */
export function rawEncrypt(block: Uint8Array, { n, e, k }: RsaNumbers): Uint8Array {
  return toBytes(power(toInteger(block), e, n), k);
}

/** Big-endian, `length` bytes; higher bytes are lost. */
export function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(
    value
      .toString(16)
      .padStart(length * 2, '0')
      .slice(-length * 2),
    'hex',
  );
}

export function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

/** RFC 8017 appendix B.2.1. */
function mgf1(hash: string, seed: Uint8Array, length: number): Uint8Array {
  const pieces: Buffer[] = [];
  for (let counter = 0, made = 0; made < length; counter += 1) {
    const piece = digest(hash, Buffer.concat([seed, toBytes(BigInt(counter), 4)]));
    pieces.push(piece);
    made += piece.byteLength;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, i) => byte ^ (b[i] ?? 0));
}

function digest(hash: string, data: Uint8Array): Buffer {
  return createHash(hash).update(data).digest();
}
