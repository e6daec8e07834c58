import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Case, parseVectors } from './vectors/file.js';
import { FEEDS, outcome } from './vectors/compare.js';
import { keysOf } from './vectors/keys.js';
import { openRequest } from './vectors/requests.js';

const CLASSES = [
  'ok',
  'truncated',
  'malformed',
  'unopenable',
  'key_unknown',
  'key_expired',
  'clock',
  'too_large',
];

/** Bit flips, cuts and insertions, the same in every run. */
function mutate(hex: string, seed: number): string {
  const at = 2 * ((seed * 2_654_435_761) % (hex.length / 2));
  const byte = Number.parseInt(hex.slice(at, at + 2), 16) ^ (1 << (seed % 8));
  if (seed % 5 === 0) return hex.slice(0, at);
  const changed = byte.toString(16).padStart(2, '0');
  return hex.slice(0, at) + changed + hex.slice(seed % 7 === 0 ? at : at + 2);
}

it('a mutated request gives a class of the table, the same however it is fed', async () => {
  const file = parseVectors(readFileSync(new URL('../vectors/v2.json', import.meta.url), 'utf8'));
  const keys = await keysOf(file);
  const [first] = file.list('requests');
  if (first === undefined) throw new Error('no request in the file');
  const fields = { now: first.number('now'), key_id: first.text('key_id') };
  for (let seed = 1; seed <= 150; seed += 1) {
    const vector = new Case({ ...fields, message: mutate(first.text('message'), seed) });
    const found = [];
    for (const step of Object.values(FEEDS)) found.push(await outcome(() => openRequest(vector, keys, step)));
    expect(CLASSES).toContain(found[0]);
    expect(found[0]).not.toBe('ok');
    expect(found[1]).toBe(found[0]);
  }
});
