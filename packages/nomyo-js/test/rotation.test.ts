import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogEntry } from '../src/index.js';
import { cleanUp, client, header, posts, REQUEST, router, temporaryDirectory } from './support.js';

afterEach(cleanUp);

/** How long the callers keep calling, in ms. */
const LOAD_MS = 10_000;

describe('rotation under load', () => {
  it.each([
    ['in memory', () => null],
    ['on disk', temporaryDirectory],
  ])(
    'breaks no call of 4 concurrent callers (%s)',
    async (_where, keyDir) => {
      const pairs = new Set<string>();
      const to = await router({ onRequest: (seen) => pairs.add(header(seen, 'x-public-key')) });
      const made = client(to, { keyDir: keyDir(), keyRotationInterval: 1500 });
      const end = Date.now() + LOAD_MS;
      let calls = 0;
      const caller = async (): Promise<void> => {
        // On a busy machine, making a few pairs takes longer.
        while (Date.now() < end || pairs.size <= 3) {
          const answer = await made.create(REQUEST);
          expect(answer.choices).toHaveLength(1);
          calls += 1;
        }
      };
      await Promise.all([caller(), caller(), caller(), caller()]);
      pairs.delete('');
      expect(pairs.size).toBeGreaterThanOrEqual(3);
      expect(calls).toBeGreaterThan(20);
    },
    LOAD_MS * 6,
  );
});

describe('rotation by requests', () => {
  it.each([
    ['in memory', () => null],
    ['on disk', temporaryDirectory],
  ])('lets each pair serve its limit, in sequence and in parallel (%s)', async (_where, keyDir) => {
    const to = await router();
    const made = client(to, { keyDir: keyDir(), keyRotationRequests: 2, keyRotationInterval: 0 });
    for (let call = 0; call < 3; call += 1) await made.create(REQUEST);
    await Promise.all([made.create(REQUEST), made.create(REQUEST), made.create(REQUEST)]);
    const served = new Map<string, number>();
    for (const post of posts(to)) {
      const key = header(post, 'x-public-key');
      served.set(key, (served.get(key) ?? 0) + 1);
    }
    expect([...served.values()]).toEqual([2, 2, 2]);
  });
});

describe('a rotation that cannot be saved', () => {
  it('is logged once per failure, breaks no call, and happens once the cause is gone', async () => {
    const to = await router();
    const keyDir = temporaryDirectory();
    const path = join(keyDir, 'private_key.pem');
    const entries: LogEntry[] = [];
    const log = (entry: LogEntry): number => entries.push(entry);
    const told = (message: string): LogEntry[] => entries.filter((entry) => entry.message === message);
    const logger = { debug: log, info: log, warn: log };
    const made = client(to, { keyDir, keyRotationInterval: 2_000, logger });
    await made.create(REQUEST);
    const good = readFileSync(path);
    writeFileSync(path, 'damaged');
    while (told('nomyo:rotation-failed').length === 0) await made.create(REQUEST);
    expect(told('nomyo:rotation-failed')).toEqual([
      { message: 'nomyo:rotation-failed', code: 'KEY_FILE_INVALID', path },
    ]);
    await Promise.all([made.create(REQUEST), made.create(REQUEST)]);
    expect(new Set(posts(to).map((post) => header(post, 'x-public-key'))).size).toBe(1);
    writeFileSync(path, good);
    while (told('nomyo:key-rotated').length === 0) await made.create(REQUEST);
    expect(readFileSync(path).equals(good)).toBe(false);
  });
});
