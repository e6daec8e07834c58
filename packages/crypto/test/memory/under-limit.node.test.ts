/** Locked memory under the limit of an ordinary user, 8 MiB: what is built, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MemoryProtectionInfo } from '../../src/index.js';

const LIMIT = 8 * 1024 * 1024;

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CHILD = at('./children/under-limit.mjs');
const ADDON = at('../../../../native');

interface Outcome {
  readonly uid: number;
  readonly limitBytes: number;
  readonly unlocked: Readonly<Record<string, number>>;
  readonly reports: Readonly<Record<'secureAfter' | 'withLarge' | 'afterLarge', MemoryProtectionInfo>>;
  readonly refused: Readonly<Record<string, string>>;
  readonly small: string;
  readonly taken: number;
  readonly together: readonly boolean[];
  readonly most: number;
  readonly keyLocked: boolean;
  readonly check: string;
}

const has = (command: string): boolean => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const canRun =
  process.platform === 'linux' &&
  has('prlimit') &&
  has('setpriv') &&
  existsSync(join(ADDON, 'build/Release/nomyo-native.node'));
const suite = canRun ? describe : describe.skip;

let modules = '';

beforeAll(() => {
  // Another user must be able to look in.
  modules = mkdtempSync(join(tmpdir(), 'nomyo-modules-'));
  symlinkSync(ADDON, join(modules, 'nomyo-native'));
  spawnSync('chmod', ['755', modules]);
});

afterAll(() => {
  rmSync(modules, { recursive: true, force: true });
});

function runUnder(limit: number): Outcome {
  const isRoot = process.getuid?.() === 0;
  const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : [];
  const args = [`--memlock=${String(limit)}:${String(limit)}`, '--', ...asUser, process.execPath, CHILD];
  const { status, stdout, stderr } = spawnSync('prlimit', args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: modules },
  });
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout) as Outcome;
}

suite('locked memory under 8 MiB', () => {
  let outcome: Outcome;

  beforeAll(() => {
    outcome = runUnder(LIMIT);
  });

  it('is enough for one context after the other: nothing is unlocked', () => {
    expect(outcome.uid).not.toBe(0);
    expect(outcome.limitBytes).toBe(LIMIT);
    expect(outcome.unlocked).toEqual({ '2 KB': 0, '200 KB': 0, '3 MB': 0 });
    expect(outcome.reports.secureAfter).toMatchObject({
      isPlatformSecure: true,
      canLock: true,
      unlocked: { bytes: 0, regions: 0, totalBytes: 0, totalRegions: 0 },
    });
  });

  it('is reported as it is at that moment', () => {
    const { withLarge, afterLarge } = outcome.reports;
    const bytes = 9 * 1024 * 1024;
    expect(withLarge).toMatchObject({
      isPlatformSecure: false,
      canLock: false,
      unlocked: { bytes, regions: 1, totalBytes: bytes, totalRegions: 1 },
    });
    expect(withLarge.details).toContain(`${String(bytes)} bytes in use could not be locked`);
    expect(afterLarge).toMatchObject({
      isPlatformSecure: true,
      unlocked: { bytes: 0, regions: 0, totalBytes: bytes, totalRegions: 1 },
    });
  });

  it('is given or refused on every path that requires it, and the error says what to raise', () => {
    for (const [path, error] of Object.entries(outcome.refused)) {
      expect(`${path}: ${error}`).toMatch(
        /: MEMORY_NOT_LOCKED: \d+ bytes of memory can never be locked: .* raise RLIMIT_MEMLOCK to at least \d+ bytes/,
      );
    }
    expect(Object.keys(outcome.refused)).toHaveLength(5);
    expect(outcome).toMatchObject({ small: 'fine', taken: 0, keyLocked: true, check: 'fine' });
  });

  it('is waited for by sixteen requests of 1 MB at once', () => {
    expect(outcome.together).toEqual(Array.from({ length: 16 }, () => true));
    expect(outcome.most).toBeGreaterThan(4 * 1024 * 1024);
    expect(outcome.most).toBeLessThanOrEqual(LIMIT);
  });
});

suite('locked memory under 64 KiB', () => {
  it('is too little for a request of ordinary size, which is found at the start', () => {
    const isRoot = process.getuid?.() === 0;
    const script = `import { checkLockedMemory } from ${JSON.stringify(at('../../dist/node/index.js'))};
      try { checkLockedMemory(); console.log('fine'); } catch (error) { console.log(error.code, error.message); }`;
    const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : [];
    const command = [...asUser, process.execPath, '--input-type=module', '-e', script];
    const { stdout } = spawnSync('prlimit', ['--memlock=65536:65536', '--', ...command], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: modules },
    });
    expect(stdout).toMatch(/^MEMORY_NOT_LOCKED 1048576 bytes .*raise RLIMIT_MEMLOCK to at least \d+ bytes/);
  });
});
