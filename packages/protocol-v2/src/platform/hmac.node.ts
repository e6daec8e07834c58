/**
 * HMAC-SHA256 (RFC 2104) as two hashes of one call each. An object of `createHmac` keeps a state that its key follows from
 * until the garbage collector finds it; here nothing is left but memory of ours, which is wiped.
 */
import { hash } from 'node:crypto';
import { allocateBytes, wipe, type Bytes } from '@nomyo/base';
import { secretDigest } from './secret-digest.node.js';

const ALGORITHM = 'sha256';
const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** The bytes to hash are joined here, up to this length: no message of the protocol's key derivation is longer. */
const scratch = allocateBytes(BLOCK_BYTES + 256);

/** Of all parts of `data`, one after the other, in memory of its own. */
export function hmacSha256(key: Uint8Array, ...data: readonly Uint8Array[]): Bytes {
  const short = key.byteLength > BLOCK_BYTES ? digest(key) : key;
  const inner = padded(short, INNER_PAD, data);
  try {
    return padded(short, OUTER_PAD, [inner]);
  } finally {
    wipe(inner);
    if (short !== key) wipe(short);
  }
}

/** The hash of the key under a pad, and of the data. */
function padded(key: Uint8Array, pad: number, data: readonly Uint8Array[]): Bytes {
  const length = data.reduce((sum, part) => sum + part.byteLength, BLOCK_BYTES);
  const input = length > scratch.byteLength ? allocateBytes(length) : scratch.subarray(0, length);
  try {
    input.fill(pad, 0, BLOCK_BYTES);
    for (let i = 0; i < key.byteLength; i += 1) input[i] = (key[i] ?? 0) ^ pad;
    let at = BLOCK_BYTES;
    for (const part of data) {
      input.set(part, at);
      at += part.byteLength;
    }
    return digest(input);
  } finally {
    wipe(input);
  }
}

function digest(data: Uint8Array): Bytes {
  return secretDigest(hash(ALGORITHM, data, 'buffer'));
}
