// What the kernel itself says of the pages, and what a core dump holds.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { addon } from './support/addon.mjs';
import { canLimit, jsonOfChild, limited, runChild, withTempDir } from './support/child.mjs';
import { occurrences } from './support/memory.mjs';

const onLinux = process.platform === 'linux';
const { canLock, features } = addon.info();
const PAGE = 4096;

const unless = (reason) => (reason ? test.skip : test);
const titled = (title, reason) => (reason ? `${title} (skipped: ${reason})` : title);
const noLinux = onLinux ? '' : 'reads /proc';
const noLock = noLinux || (canLock ? '' : 'nothing can be locked here');
const noLimits = canLimit ? '' : 'needs prlimit and setpriv';

describe('the pages', () => {
  unless(noLock)(titled('are locked, left out of dumps and wiped on fork', noLock), () => {
    const { before, withSmall, withLarge, withKey, after, ...rest } = jsonOfChild('mappings.mjs');
    expect(before.protected).toEqual([]);
    expect(withSmall.protected).toHaveLength(1);
    expect(withLarge.protected.length + withSmall.protected.length).toBeGreaterThanOrEqual(2);
    const sum = (list) => list.reduce((total, size) => total + size, 0);
    expect(sum(withLarge.protected) - sum(withSmall.protected)).toBe(25 * PAGE);
    for (const moment of [before, withSmall, withLarge, withKey, after]) {
      expect(moment.unlocked).toBe(0);
      expect(moment.vmLck - before.vmLck).toBe(moment.info.lockedBytes + guardsOf(moment));
    }
    expect(after.protected).toEqual(withSmall.protected); // the arena stays for the next caller
    expect(rest.locked).toEqual([true, true, true]);
  });

  const noSecret = noLock || (features.secretMemory ? '' : 'the kernel has no memfd_secret');
  unless(noSecret)(titled('of a private key are memfd_secret', noSecret), () => {
    const { withLarge, withKey, after, secretMemory } = jsonOfChild('mappings.mjs');
    expect(secretMemory).toBe(true);
    expect(withLarge.secret).toEqual([]);
    expect(withKey.secret).toHaveLength(1);
    expect(withKey.secret[0]).toEqual(expect.arrayContaining(['lo', 'dd', 'dc']));
    expect(after.secret).toEqual([]);
  });

  // The kernel counts a memfd_secret mapping as locked with its two guard pages.
  const guardsOf = ({ secret }) => secret.length * 2 * PAGE;

  unless(noLinux)(titled('that were overwritten end the process', noLinux), () => {
    const { signal, stdout, stderr } = runChild('crash.mjs', { args: ['canary'] });
    expect(signal).toBe('SIGABRT');
    expect(stdout).toBe('');
    expect(stderr).toContain('protected memory was overwritten');
  });
});

describe('a core dump', () => {
  const mask = (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xa5)).toString('hex');
  const pattern = onLinux ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : '';
  const elsewhere = /[|/]/.test(pattern) ? 'core_pattern leads elsewhere' : '';
  const noCore = noLinux || noLimits || elsewhere;

  unless(noCore)(titled('holds no copy of the secret', noCore), () =>
    withTempDir((dir) => {
      const secret = randomBytes(500);
      const marker = randomBytes(500);
      const { signal } = runChild('crash.mjs', {
        args: ['abort', mask(secret), mask(marker)],
        prefix: ['prlimit', '--core=unlimited', '--'],
        cwd: dir,
      });
      expect(signal).toBe('SIGABRT');
      const [name] = readdirSync(dir).filter((entry) => entry.startsWith('core'));
      const core = readFileSync(join(dir, name));
      expect(occurrences(core, marker)).toBeGreaterThan(0); // the search does see
      expect(occurrences(core, secret)).toBe(0);
      for (let at = 0; at < 500; at += 100) {
        expect(occurrences(core, secret.subarray(at, at + 16))).toBe(0);
      }
    }),
  );
});

describe('limits', () => {
  unless(noLimits)(titled('no locked memory at all: works, and says so', noLimits), () => {
    const { before, locked, usable, failed, key } = jsonOfChild('limits.mjs', {
      prefix: limited(['--memlock=0:0']),
    });
    expect(before).toMatchObject({ canLock: false, limitBytes: 0, lockedBytes: 0 });
    expect(before.features).toMatchObject({ guardPages: true, noDump: true, wipeOnFork: true });
    expect(before.reason).toMatch(/limit is 0 bytes/);
    expect(Object.values(locked)).not.toContain(true);
    expect(usable).toBe(true);
    expect(failed).toBe(0);
    expect(key).toEqual({ locked: false, secretMemory: false });
  });

  unless(noLimits)(titled('64 KiB, as in many containers: small things are locked', noLimits), () => {
    const { before, during, locked, usable, failed } = jsonOfChild('limits.mjs', {
      prefix: limited(['--memlock=65536:65536']),
    });
    expect(before).toMatchObject({ canLock: true, limitBytes: 65_536 });
    expect(locked).toMatchObject({ 32: true, 4096: true, 100_000: false, 1_000_000: false });
    expect(during.lockedBytes).toBeGreaterThan(0);
    expect(during.lockedBytes).toBeLessThanOrEqual(65_536);
    expect(usable).toBe(true);
    expect(failed).toBe(0);
  });

  test('too many regions are an error, not a crash', () => {
    const { most, codes, again } = jsonOfChild('exhaust.mjs');
    expect(most).toBeGreaterThan(1000);
    expect(most).toBeLessThanOrEqual(8192);
    expect(codes).toEqual(['ERR_NOMYO_NATIVE_OUT_OF_MEMORY']);
    expect(again).toBe(4097);
  });

  test('info() takes nothing with it', () => {
    const before = addon.info().lockedBytes;
    for (let i = 0; i < 1000; i++) addon.info();
    expect(addon.info().lockedBytes).toBe(before);
  });
});
