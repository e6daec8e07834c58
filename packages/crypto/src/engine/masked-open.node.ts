/**
 * AES-256-GCM opened so that no memory but our own ever holds the plaintext.
 *
 * Node decrypts into a buffer that is one byte too long, copies that into one that fits, and frees the first as it is:
 * a copy of an answer would stay in free memory until that is used again. So Node gets random bytes to decrypt. Under
 * counter mode `random` becomes `random ^ keystream`, and with the ciphertext and the same random bytes that is the
 * plaintext, in memory of ours. When the random bytes are wiped, what Node freed is a one-time pad without its half.
 */
import {
  createCipheriv,
  createDecipheriv,
  randomFillSync,
  timingSafeEqual,
  type Decipher,
} from 'node:crypto';
import { allocateBytes, wipe, type Bytes } from '../bytes.js';
import { SUITE } from '../envelope/suite.js';
import { decodePieces, PIECE_BYTES } from './base64.node.js';
import type { GcmKey } from './engine.js';

/** Counter of the first block of plaintext, behind a nonce of 96 bits (NIST SP 800-38D §7.1, steps 2 and 3). */
const FIRST_COUNTER = [0, 0, 0, 2] as const;

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/**
 * Decodes and decrypts into `out`, which is as long as the plaintext.
 *
 * @throws when the tag does not hold; `out` is the caller's to wipe then
 */
export function openMasked(out: Bytes, base64: Uint8Array, gcm: GcmKey, tag: Bytes): void {
  const keystream = new MaskedKeystream(gcm, Math.min(out.byteLength, PIECE_BYTES));
  // Sealed once more, the plaintext gives the ciphertext, which is no secret, and the tag that it must have.
  const proof = createCipheriv('aes-256-gcm', gcm.key, gcm.nonce, { authTagLength: SUITE.tagBytes });
  try {
    let at = 0;
    decodePieces(base64, (ciphertext) => {
      const plaintext = out.subarray(at, at + ciphertext.byteLength);
      keystream.apply(ciphertext, plaintext);
      proof.update(plaintext);
      at += ciphertext.byteLength;
    });
  } finally {
    keystream.end();
    proof.final();
  }
  if (!timingSafeEqual(proof.getAuthTag(), tag)) throw new TypeError('the tag does not hold');
}

/** The keystream of GCM, which nobody sees without a mask. */
class MaskedKeystream {
  readonly #random: Bytes;
  readonly #masked: Bytes;
  readonly #counterMode: Decipher;

  /** @param maxBytes longest piece */
  constructor({ key, nonce }: GcmKey, maxBytes: number) {
    const firstBlock = allocateBytes(SUITE.nonceBytes + FIRST_COUNTER.length);
    firstBlock.set(nonce);
    firstBlock.set(FIRST_COUNTER, SUITE.nonceBytes);
    this.#counterMode = createDecipheriv('aes-256-ctr', key, firstBlock);
    this.#random = allocateBytes(wordsIn(maxBytes) * WORD_BYTES);
    this.#masked = allocateBytes(this.#random.byteLength);
  }

  /** Decrypts a piece of whole blocks, or the last one. */
  apply(ciphertext: Uint8Array, plaintext: Bytes): void {
    const length = ciphertext.byteLength;
    const random = randomFillSync(this.#random).subarray(0, length);
    this.#masked.set(this.#counterMode.update(random));
    xor(this.#random, this.#masked);
    this.#masked.set(ciphertext);
    xor(this.#random, this.#masked);
    plaintext.set(random);
  }

  end(): void {
    this.#counterMode.final();
    wipe(this.#random);
    wipe(this.#masked);
  }
}

/** By words: bytes take four times as long. */
function xor(target: Bytes, mask: Bytes): void {
  const targetWords = new Uint32Array(target.buffer);
  const maskWords = new Uint32Array(mask.buffer);
  const count = targetWords.length;
  for (let i = 0; i < count; i += 1) targetWords[i] = (targetWords[i] ?? 0) ^ (maskWords[i] ?? 0);
}

function wordsIn(bytes: number): number {
  return Math.ceil(bytes / WORD_BYTES);
}
