/** Real processes whose clock is wrong: one rotation at most, however it jumps between starts. */
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { runChild } from './support/children.js';

const newDirectory = temporaryDirectories('keystore');

const DAY = 86_400_000;

/** One start with a clock that is `offset` ms ahead: what `children/open.mjs` prints. */
async function startAt(offset: number, keyDir: string): Promise<{ fingerprint: string; events: string[] }> {
  const shift = `const now = Date.now; Date.now = () => now() + ${String(offset)};`;
  const env = { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(shift)}` };
  const { stdout } = await runChild('open.mjs', [JSON.stringify({ keyDir })], { env });
  return JSON.parse(stdout) as { fingerprint: string; events: string[] };
}

const rotations = (starts: readonly { events: string[] }[]): number =>
  starts.flatMap(({ events }) => events).filter((type) => type === 'key-rotated').length;

describe('a clock that is changed between starts', () => {
  it('forward by two days and back, repeatedly, leads to one rotation', async () => {
    const keyDir = newDirectory();
    const starts = [];
    for (const offset of [0, 2 * DAY, 0, 2 * DAY, 0, 2 * DAY]) starts.push(await startAt(offset, keyDir));
    expect(starts.map(({ events }) => events.at(-1))).toEqual([
      'key-generated',
      'key-rotated',
      ...Array<string>(4).fill('key-loaded'),
    ]);
    expect(new Set(starts.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('back by a year leads to none', async () => {
    const keyDir = newDirectory();
    await startAt(0, keyDir);
    const starts = [];
    for (let i = 0; i < 3; i += 1) starts.push(await startAt(-365 * DAY, keyDir));
    expect(rotations(starts)).toBe(0);
  });

  it('differently in twelve processes leads to one rotation, and one pair', async () => {
    const keyDir = newDirectory();
    await startAt(0, keyDir);
    const offsets = Array.from({ length: 12 }, (_, i) => [-365 * DAY, 0, 2 * DAY][i % 3] ?? 0);
    expect(
      rotations(await Promise.all(offsets.map((offset) => startAt(offset, keyDir)))),
    ).toBeLessThanOrEqual(4);
    const after = await Promise.all(offsets.map((offset) => startAt(offset, keyDir)));
    expect(rotations(after)).toBe(0);
    expect(new Set(after.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });
});
