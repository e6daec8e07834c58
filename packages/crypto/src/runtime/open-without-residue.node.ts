/**
 * Opens AES-256-GCM so that no memory but our own ever holds the plaintext.
 *
 * Node decrypts into a buffer that is one byte too long, copies that into one that fits, and frees the first without
 * wiping it: a copy of an answer would stay in free memory until that is used again. So Node gets random bytes to
 * decrypt. Counter mode turns `random` into `random ^ keystream`; XORed with the same random bytes and the ciphertext,
 * that gives the plaintext, in our own memory. Once the random bytes are wiped, the buffers that Node freed hold
 * nothing but a keystream masked by a one-time pad that no longer exists.
 */
import {
  createCipheriv,
  createDecipheriv,
  randomFillSync,
  timingSafeEqual,
  type Decipher,
} from 'node:crypto';
import { allocateBytes, bytesOf, concatBytes, type Bytes } from '@nomyo/base';
import { SUITE } from '../suite.js';
import { ciphertextPieces, PIECE_BYTES } from './base64.node.js';
import type { GcmEnvelope, GcmMessage } from './runtime.js';

/** A nonce of 96 bits, and the counter of the first block of plaintext (NIST SP 800-38D §7.1, steps 2 and 3). */
const counterBlock = concatBytes(allocateBytes(SUITE.nonceBytes), bytesOf(0, 0, 0, 2));

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const PIECE_WORDS = PIECE_BYTES / WORD_BYTES;

/** Working memory, taken at the first use. Opening is synchronous, so it is never used twice at the same time. */
interface Scratch {
  /** Random words, drawn all together. Each is used once, and wiped after its use. */
  readonly random: Uint32Array<ArrayBuffer>;
  /** Number of words of `random` that have been used. */
  used: number;
  /** Wiped after each use. */
  readonly masked: Uint32Array<ArrayBuffer>;
}

let scratch: Scratch | undefined;

/**
 * Decrypts into `out`, which is as long as the plaintext.
 *
 * @throws when the tag is wrong; the caller then wipes `out`
 */
export function openWithoutResidue(out: Bytes, sealed: GcmEnvelope | GcmMessage, key: Bytes): void {
  const { nonce, tag, aad } = sealed;
  counterBlock.set(nonce);
  const counterMode = createDecipheriv('aes-256-ctr', key, counterBlock);
  // Sealing the plaintext once more gives the ciphertext, which is not secret, and the tag it must have.
  const proof = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: SUITE.tagBytes });
  if (aad !== undefined) proof.setAAD(aad);
  try {
    let at = 0;
    ciphertextPieces(sealed, (ciphertext) => {
      const plaintext = out.subarray(at, at + ciphertext.byteLength);
      decryptPiece(counterMode, ciphertext, plaintext);
      proof.update(plaintext);
      at += ciphertext.byteLength;
    });
  } finally {
    counterMode.final();
    proof.final();
  }
  if (!timingSafeEqual(proof.getAuthTag(), tag)) throw new TypeError('the tag does not hold');
}

/**
 * Decrypts a piece of whole blocks, or the last piece, with the keystream of GCM, which is always masked by random
 * words that were never used before.
 */
function decryptPiece(counterMode: Decipher, ciphertext: Uint8Array, plaintext: Bytes): void {
  const { byteLength } = ciphertext;
  const words = Math.ceil(byteLength / WORD_BYTES);
  scratch ??= makeScratch();
  if (scratch.used + words > PIECE_WORDS) {
    randomFillSync(scratch.random);
    scratch.used = 0;
  }
  const random = scratch.random.subarray(scratch.used, scratch.used + words);
  const masked = scratch.masked.subarray(0, words);
  scratch.used += words;
  const randomBytes = new Uint8Array(random.buffer, random.byteOffset, byteLength);
  const maskedBytes = new Uint8Array(masked.buffer, masked.byteOffset, byteLength);
  try {
    maskedBytes.set(counterMode.update(randomBytes));
    xor(random, masked, words);
    maskedBytes.set(ciphertext);
    xor(random, masked, words);
    plaintext.set(randomBytes);
  } finally {
    random.fill(0);
    masked.fill(0);
  }
}

function makeScratch(): Scratch {
  return {
    random: new Uint32Array(new ArrayBuffer(PIECE_BYTES)),
    masked: new Uint32Array(new ArrayBuffer(PIECE_BYTES)),
    used: PIECE_WORDS,
  };
}

/** XORs word by word: byte by byte would take four times as long. */
function xor(target: Uint32Array, mask: Uint32Array, words: number): void {
  for (let i = 0; i < words; i += 1) target[i] = (target[i] ?? 0) ^ (mask[i] ?? 0);
}
