/** A client with phiPolicy under the limit of an ordinary user: 8 MiB of locked memory, in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUp, configFor, router, temporaryDirectory } from './support.js';

afterEach(cleanUp);

const LIMIT = 8 * 1024 * 1024;
const CHILD = fileURLToPath(new URL('./children/under-limit.mjs', import.meta.url));
const ADDON = fileURLToPath(new URL('../../../native', import.meta.url));

const has = (command: string): boolean => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const canRun =
  process.platform === 'linux' &&
  has('prlimit') &&
  has('setpriv') &&
  existsSync(join(ADDON, 'build/Release/nomyo-native.node'));
const suite = canRun ? describe : describe.skip;

/** Runs the child as an ordinary user, who may lock {@link LIMIT}, with the configuration on its stdin. */
async function runUnderLimit(config: object): Promise<unknown> {
  const modules = temporaryDirectory();
  symlinkSync(ADDON, join(modules, 'nomyo-native'));
  chmodSync(modules, 0o755);
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : [];
  const args = [`--memlock=${String(LIMIT)}:${String(LIMIT)}`, '--', ...asUser, process.execPath, CHILD];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_PATH: modules };
  const child = spawn('prlimit', args, { env });
  child.stdin.end(JSON.stringify(config));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

suite(
  `phiPolicy under 8 MiB of locked memory${canRun ? '' : ' (skipped: it needs the addon and util-linux)'}`,
  () => {
    it('locks every call of 1 MB, in sequence and 16 at once, and refuses what can never fit', async () => {
      let sent = 0;
      const to = await router({ onRequest: ({ method }) => void (sent += Number(method === 'POST')) });
      const serverKeyPins = [to.fingerprint];
      const outcome = await runUnderLimit(configFor(to, { serverKeyPins, timeout: 110_000 }));
      const locked = (count: number): boolean[] => Array.from({ length: count }, () => true);
      expect(outcome).toMatchObject({
        limitBytes: LIMIT,
        oneByOne: locked(24),
        together: locked(16),
        toldOfRaw: locked(40),
        memoryLocked: true,
        tooLarge: {
          code: 'MEMORY_NOT_LOCKED',
          possiblyExecuted: false,
          message: expect.stringMatching(/can never be locked.*raise RLIMIT_MEMLOCK to at least \d+ bytes/),
        },
        unlockedRegions: 0,
        // Without the policy: used unlocked, stated in each answer, and reported once.
        large: [false, false],
        events: 1,
      });
      expect(outcome).not.toMatchObject({ uid: 0 });
      // The one that never fits was not sent.
      expect(sent).toBe(43);
    });
  },
);
