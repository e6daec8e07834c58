import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseVectors } from './vectors/file.js';
import { runVectors } from './vectors/run.js';

const text = readFileSync(new URL('../vectors/v2.json', import.meta.url), 'utf8');

/** The file with one member of one case changed. */
function changed(group: string, index: number, change: (vector: Record<string, unknown>) => void): string {
  const file = JSON.parse(text) as Record<string, Record<string, unknown>[]>;
  const vector = file[group]?.[index];
  if (vector === undefined) throw new Error('no such case');
  change(vector);
  return JSON.stringify({ kem_keys: file['kem_keys'], [group]: [vector] });
}

describe('vectors/v2.json', () => {
  it('holds whole and byte by byte, and seals to the same bytes', async () => {
    const results = await runVectors(parseVectors(text));
    expect(results).toEqual([
      { name: 'padme', count: 12 },
      { name: 'configurations', count: 38 },
      { name: 'requests', count: 12 },
      { name: 'bad_requests', count: 72 },
      { name: 'responses', count: 10 },
      { name: 'bad_responses', count: 45 },
      { name: 'large', count: 2 },
      { name: 'replays', count: 11 },
    ]);
  });

  it.each([
    ['configurations', 0, 'expect', 'config_expired'],
    ['requests', 0, 'body', '00'],
    ['requests', 1, 'shared_secret', '00'.repeat(32)],
    ['bad_requests', 3, 'expect', 'malformed'],
    ['responses', 0, 'response_nonce', '00'.repeat(32)],
    ['bad_responses', 0, 'expect', 'ok'],
    ['large', 0, 'message_sha256', '00'],
  ] as const)('a changed case of %s is named', async (group, index, member, value) => {
    const [result] = await runVectors(
      parseVectors(changed(group, index, (vector) => (vector[member] = value))),
    );
    expect(result?.failure).toEqual(expect.any(String));
  });

  it.each(['', '[]', '{}', '{"requests":[]}', '{"tests":[1]}', '{"requests":1}', 'no JSON'])(
    'a file of %j is refused',
    async (broken) => {
      await expect((async () => runVectors(parseVectors(broken)))()).rejects.toThrow();
    },
  );
});
