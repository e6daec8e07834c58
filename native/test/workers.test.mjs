import { expect, test } from '@jest/globals';

import { jsonOfChild } from './support/child.mjs';

// 200 rounds are what the stress script runs.
const rounds = Number(process.env.NOMYO_NATIVE_WORKER_ROUNDS ?? 4);

test('eight workers terminated in the middle of everything', () => {
  const { lockedBytes, ...result } = jsonOfChild('workers.mjs', { args: [String(rounds)] });
  expect(result).toEqual({ rounds });
  // All that they held came back: one spare chunk of the arena may stay.
  expect(lockedBytes).toBeLessThanOrEqual(256 * 1024);
});
