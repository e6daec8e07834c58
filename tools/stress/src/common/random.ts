/**
 * Random numbers that a printed seed brings back: SFC32 (Chris Doty-Humphrey, PractRand), seeded through a hash of
 * 32 bits. Not for secrets.
 */
import { randomInt } from 'node:crypto';

/** Values of the counter that every stream throws away at first, as its author says. */
const WARM_UP = 12;

/** Seeds are unsigned integers of 32 bits: short enough to be typed again. */
export const SEED_LIMIT: number = 2 ** 32;

/** A seed for a run that was given none. */
export function freshSeed(): number {
  return randomInt(SEED_LIMIT);
}

/** One stream of numbers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param parts what names the stream: a seed, and where it is used; equal parts, equal numbers */
  constructor(...parts: readonly (number | string)[]) {
    const hash = hashOf(parts);
    this.#a = hash();
    this.#b = hash();
    this.#c = hash();
    for (let i = 0; i < WARM_UP; i += 1) this.uint32();
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number below `limit`; 0 when there is none. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit);
  }

  /** True once in `times`, on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** @throws {RangeError} when there is nothing to choose from */
  pick<T>(values: readonly T[]): T {
    const at = this.below(values.length);
    for (const value of values.slice(at, at + 1)) return value;
    throw new RangeError('there is nothing to choose from');
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.uint32() & 0xff;
    return bytes;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    return this.bytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits);
  }
}

/** FNV-1a over the parts, then numbers mixed out of it (the finalizer of MurmurHash3, Austin Appleby). */
function hashOf(parts: readonly (number | string)[]): () => number {
  let state = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}
