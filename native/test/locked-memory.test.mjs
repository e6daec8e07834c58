// Locked memory that is locked, under the limit of an ordinary user.
import { describe, expect, test } from '@jest/globals';

import { canLimit, jsonOfChild, ordinaryUser } from './support/child.mjs';

const LIMIT = 8 * 1024 * 1024; // bytes, the usual RLIMIT_MEMLOCK

const limits = canLimit ? test : test.skip;

describe('retirement', () => {
  limits('nothing is left unlocked, one region after the other', () => {
    const runs = ['10000x64', '10000x2048', '500x204800', '60x3145728'];
    const { uid, mappings, vmLck, ...result } = jsonOfChild('retire.mjs', {
      args: runs,
      prefix: ordinaryUser(LIMIT),
    });
    expect(uid).not.toBe(0);
    expect(result).toEqual({
      limitBytes: LIMIT,
      unlocked: { 64: 0, 2048: 0, 204800: 0, 3145728: 0 },
      totalUnlockedRegions: 0,
      lockedBytes: vmLck,
    });
    expect(vmLck).toBeLessThanOrEqual(256 * 1024);
    // vm.max_map_count is 65,530; a mapping for each would be 20,000 and more.
    expect(mappings).toBeLessThan(1000);
  });

  limits('beside the addresses that somebody still holds', () => {
    const { stale } = jsonOfChild('jobs.mjs', {
      args: ['10'],
      nodeArgs: ['--expose-gc'],
      prefix: ordinaryUser(LIMIT),
    });
    expect(stale).toBe(0);
  });
});

describe('mustLock', () => {
  limits('refuses what cannot be locked, on every path; without it, that is counted', () => {
    const { outcomes, during, released } = jsonOfChild('must-lock.mjs', { prefix: ordinaryUser(0) });
    expect(Object.keys(outcomes)).toHaveLength(8);
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['ERR_NOMYO_NATIVE_NOT_LOCKED']));
    // What was refused was never in use; what was not required counts, and only while it is there.
    expect(during).toEqual({ bytes: 100_000, regions: 1, total: 1 });
    expect(released).toEqual({ bytes: 0, regions: 0, total: 1 });
  });

  limits('gives locked memory where there is room', () => {
    const { outcomes, during } = jsonOfChild('must-lock.mjs', { prefix: ordinaryUser(LIMIT) });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['locked: true']));
    expect(during).toEqual({ bytes: 0, regions: 0, total: 0 });
  });
});
