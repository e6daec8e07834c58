import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUp, client, header, REQUEST, router, temporaryDirectory } from './support.js';

afterEach(cleanUp);

/** How long the callers go on, in ms. */
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
        while (Date.now() < end) {
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
