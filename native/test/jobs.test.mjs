import { describe, expect, test } from '@jest/globals';

import { jsonOfChild } from './support/child.mjs';

const rounds = Number(process.env.NOMYO_NATIVE_ROUNDS ?? 60);

describe('memory that somebody else still holds', () => {
  test('release while zlib, crypto and fs work on the bytes', () => {
    const result = jsonOfChild('jobs.mjs', {
      args: [String(rounds)],
      nodeArgs: ['--expose-gc'],
    });
    expect(result).toEqual({ rounds, stale: 0 });
  });

  test('transfer() of a view', () => {
    const { supported, ...result } = jsonOfChild('transfer.mjs', { nodeArgs: ['--expose-gc'] });
    if (!supported) return; // Node 20
    expect(result).toEqual({
      movedBefore: 'secret',
      viewLength: 0,
      code: 'ERR_NOMYO_NATIVE_DETACHED',
      movedAfter: '00'.repeat(6),
      stale: false,
    });
  });
});
