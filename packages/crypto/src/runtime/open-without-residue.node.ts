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
import { allocateBytes, type Bytes } from '@nomyo/base';
import { SUITE } from '../suite.js';
import { PIECE_BYTES } from './base64.node.js';
import { ciphertextPieces } from './ciphertext-pieces.node.js';
import type { GcmEnvelope, GcmInput, GcmMessage } from './runtime.js';

/** Counter of the first block of plaintext, behind a nonce of 96 bits (NIST SP 800-38D §7.1, steps 2 and 3). */
const FIRST_COUNTER = [0, 0, 0, 2] as const;

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/**
 * Decrypts into `out`, which is as long as the plaintext.
 *
 * @throws when the tag does not hold; `out` is the caller's to wipe then
 */
export function openWithoutResidue(out: Bytes, sealed: GcmEnvelope | GcmMessage, key: Bytes): void {
  const { nonce, tag, aad } = sealed;
  const keystream = new MaskedKeystream({ key, nonce });
  // Sealed once more, the plaintext gives the ciphertext, which is no secret, and the tag that it must have.
  const proof = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: SUITE.tagBytes });
  if (aad !== undefined) proof.setAAD(aad);
  try {
    let at = 0;
    ciphertextPieces(sealed, (ciphertext) => {
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

/** What is worked in: taken at the first use, wiped after each, and never used by two at a time. */
let scratch: MaskMemory | undefined;

/** The keystream of GCM, which nobody sees without a mask. */
class MaskedKeystream {
  readonly #scratch = (scratch ??= new MaskMemory());
  readonly #counterMode: Decipher;

  constructor({ key, nonce }: GcmInput) {
    const firstBlock = allocateBytes(SUITE.nonceBytes + FIRST_COUNTER.length);
    firstBlock.set(nonce);
    firstBlock.set(FIRST_COUNTER, SUITE.nonceBytes);
    this.#counterMode = createDecipheriv('aes-256-ctr', key, firstBlock);
  }

  /** Decrypts a piece of whole blocks, or the last one. */
  apply(ciphertext: Uint8Array, plaintext: Bytes): void {
    const length = ciphertext.byteLength;
    const { random, masked } = this.#scratch.take(length);
    randomFillSync(random);
    masked.set(this.#counterMode.update(random));
    this.#scratch.xor();
    masked.set(ciphertext);
    this.#scratch.xor();
    plaintext.set(random);
  }

  end(): void {
    this.#counterMode.final();
    this.#scratch.wipe();
  }
}

class MaskMemory {
  readonly #random = new Uint32Array(new ArrayBuffer(PIECE_BYTES));
  readonly #masked = new Uint32Array(new ArrayBuffer(PIECE_BYTES));
  /** Of the piece, and of the longest since the last wipe, in words. */
  #words = 0;
  #used = 0;

  /** The memory for a piece of `length` bytes. */
  take(length: number): { readonly random: Bytes; readonly masked: Bytes } {
    this.#words = Math.ceil(length / WORD_BYTES);
    this.#used = Math.max(this.#used, this.#words);
    return {
      random: new Uint8Array(this.#random.buffer, 0, length),
      masked: new Uint8Array(this.#masked.buffer, 0, length),
    };
  }

  /** `random ^= masked`, by words: bytes take four times as long. */
  xor(): void {
    const [target, mask, count] = [this.#random, this.#masked, this.#words];
    for (let i = 0; i < count; i += 1) target[i] = (target[i] ?? 0) ^ (mask[i] ?? 0);
  }

  wipe(): void {
    this.#random.fill(0, 0, this.#used);
    this.#masked.fill(0, 0, this.#used);
    this.#used = 0;
  }
}
