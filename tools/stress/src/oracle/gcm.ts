/**
 * AES-256-GCM (NIST SP 800-38D) by hand, on nothing but single AES blocks: nonces and tags of any length, which the
 * code under test must never make or take.
 */
import { createCipheriv } from 'node:crypto';

const BLOCK = 16;

/** x^128 + x^7 + x^2 + x + 1, in the bit order of GCM. */
const REDUCTION = 0xe1n << 120n;

/** The plaintext, and how it is sealed. */
export interface GcmInput {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Of any length but 0; the protocol has 12 bytes. */
  readonly nonce: Uint8Array;
  readonly plaintext: Uint8Array;
  /** Default: none, as in the protocol. */
  readonly associated?: Uint8Array;
}

/** §7.1, algorithm 4. */
export function sealGcm({ key, nonce, plaintext, associated = new Uint8Array(0) }: GcmInput): {
  ciphertext: Buffer;
  tag: Buffer;
} {
  const block = blockCipher(key);
  const hashKey = toInteger(block(Buffer.alloc(BLOCK)));
  const first = firstCounter(nonce, hashKey);
  const ciphertext = counterMode(block, increment(first), plaintext);
  const lengths = Buffer.alloc(BLOCK);
  lengths.writeBigUInt64BE(BigInt(associated.byteLength) * 8n, 0);
  lengths.writeBigUInt64BE(BigInt(ciphertext.byteLength) * 8n, 8);
  const hash = ghash(hashKey, Buffer.concat([padded(associated), padded(ciphertext), lengths]));
  return { ciphertext, tag: counterMode(block, first, hash) };
}

/** J0 of §7.1, step 2. */
function firstCounter(nonce: Uint8Array, hashKey: bigint): Buffer {
  if (nonce.byteLength === 12) return Buffer.concat([nonce, Uint8Array.of(0, 0, 0, 1)]);
  const length = Buffer.alloc(BLOCK);
  length.writeBigUInt64BE(BigInt(nonce.byteLength) * 8n, 8);
  return ghash(hashKey, Buffer.concat([padded(nonce), length]));
}

/** §6.5. */
function counterMode(block: (input: Buffer) => Buffer, start: Buffer, data: Uint8Array): Buffer {
  const out = Buffer.from(data);
  let counter = start;
  for (let at = 0; at < out.byteLength; at += BLOCK) {
    const mask = block(counter);
    for (let i = 0; i < BLOCK && at + i < out.byteLength; i += 1) {
      out[at + i] = (out[at + i] ?? 0) ^ (mask[i] ?? 0);
    }
    counter = increment(counter);
  }
  return out;
}

/** §6.2: the last 32 bits. */
function increment(counter: Buffer): Buffer {
  const next = Buffer.from(counter);
  next.writeUInt32BE((counter.readUInt32BE(12) + 1) >>> 0, 12);
  return next;
}

/** §6.4. */
function ghash(hashKey: bigint, data: Buffer): Buffer {
  let hash = 0n;
  for (let at = 0; at < data.byteLength; at += BLOCK) {
    hash = multiply(hash ^ toInteger(data.subarray(at, at + BLOCK)), hashKey);
  }
  return Buffer.from(hash.toString(16).padStart(BLOCK * 2, '0'), 'hex');
}

/** §6.3. */
function multiply(x: bigint, y: bigint): bigint {
  let product = 0n;
  let shifted = y;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if (((x >> bit) & 1n) === 1n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ REDUCTION : shifted >> 1n;
  }
  return product;
}

function blockCipher(key: Uint8Array): (input: Buffer) => Buffer {
  return (input) => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(input), cipher.final()]);
  };
}

function padded(data: Uint8Array): Buffer {
  return Buffer.concat([data, Buffer.alloc((BLOCK - (data.byteLength % BLOCK)) % BLOCK)]);
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
