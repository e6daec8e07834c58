/**
 * Which `custom_id` stands where. It holds 128 bits of SHA-256 for each, in an open hash table: 40 bytes an id at most,
 * however long the ids are, and no two can be made to collide.
 */
import { hash } from 'node:crypto';

const HASH_WORDS = 4;
const SLOT_WORDS = HASH_WORDS + 1;
const FIRST_SLOTS = 4096;

/** From ids to the index of their line. */
export class IdTable {
  #slots = table(FIRST_SLOTS);
  #size = 0;

  /** @returns the index that has this id already, and then nothing is added */
  add(id: string, index: number): number | undefined {
    if (this.#size * 2 >= this.#slots.length / SLOT_WORDS) this.#grow();
    const words = wordsOf(id);
    const slot = find(this.#slots, words);
    const known = this.#slots[slot + HASH_WORDS] ?? 0;
    if (known !== 0) return known - 1;
    put(this.#slots, slot, words, index + 1);
    this.#size += 1;
    return undefined;
  }

  /** @returns the index of the line with this id */
  find(id: string): number | undefined {
    const known = this.#slots[find(this.#slots, wordsOf(id)) + HASH_WORDS] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = table((old.length / SLOT_WORDS) * 2);
    for (let slot = 0; slot < old.length; slot += SLOT_WORDS) {
      const value = old[slot + HASH_WORDS] ?? 0;
      if (value === 0) continue;
      const words = old.subarray(slot, slot + HASH_WORDS);
      put(this.#slots, find(this.#slots, words), words, value);
    }
  }
}

const table = (slots: number): Uint32Array =>
  new Uint32Array(new ArrayBuffer(slots * SLOT_WORDS * Uint32Array.BYTES_PER_ELEMENT));

/** A view: the digest of `hash` is a buffer of its own, whose start may be at any byte. */
function wordsOf(id: string): Uint32Array {
  const digest = hash('sha256', id, 'buffer');
  const words = new Uint32Array(new ArrayBuffer(HASH_WORDS * Uint32Array.BYTES_PER_ELEMENT));
  for (let word = 0; word < HASH_WORDS; word += 1) words[word] = digest.readUInt32LE(word * 4);
  return words;
}

/** @returns where the words are, or the free slot where they belong */
function find(slots: Uint32Array, words: Uint32Array): number {
  const count = slots.length / SLOT_WORDS;
  for (let probe = (words[0] ?? 0) % count; ; probe = (probe + 1) % count) {
    const slot = probe * SLOT_WORDS;
    if (slots[slot + HASH_WORDS] === 0) return slot;
    if (words.every((word, at) => slots[slot + at] === word)) return slot;
  }
}

function put(slots: Uint32Array, slot: number, words: Uint32Array, value: number): void {
  slots.set(words, slot);
  slots[slot + HASH_WORDS] = value;
}
