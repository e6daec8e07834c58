import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NpmProject } from '../npm-project.mjs';
import { LOADER } from '../tarballs.mjs';

const WANTED = ['nomyo-js', 'nomyo-native'];
const NEEDED = ['@nomyo/base', '@nomyo/crypto', '@nomyo/keystore', '@nomyo/transport', LOADER];
const INSTALL_MS = 60_000;

/** The output of `memory.mjs`: the method, whether a client that insists on locks starts, and the addon's path. */
const protection = (project, cwd = project.dir) => {
  const { status, stdout, stderr } = project.nodeIn(cwd, join(project.dir, 'memory.mjs'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [method, strict, addon] = stdout.trim().split('\n');
  return { method, strict, addon: addon.startsWith(join(project.dir, 'node_modules')) ? 'own' : addon };
};

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const canLimit = process.getuid?.() === 0 && has('prlimit') && has('setpriv');

const LOCKED = { method: 'mlock', strict: 'starts', addon: 'own' };
const ORDINARY = { method: 'zero-only', strict: 'MEMORY_NOT_LOCKED', addon: 'MODULE_NOT_FOUND' };

describe('two apps in folders of their own', () => {
  let withAddon;
  let without;
  beforeAll(() => {
    withAddon = new NpmProject(WANTED, NEEDED);
    without = new NpmProject(
      ['nomyo-js'],
      NEEDED.filter((name) => name !== LOADER),
    );
  }, INSTALL_MS);
  afterAll(() => [withAddon, without].forEach((project) => project.dispose()));

  it('run nothing at install', () => {
    expect(withAddon.packages.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  it('find their own addon, wherever they are started', () => {
    expect(protection(withAddon, without.dir)).toEqual(LOCKED);
    expect(protection(without, withAddon.dir)).toEqual(ORDINARY);
  });

  // The limit binds root, too, once it has lost the capability for good.
  (canLimit ? it : it.skip)('continue without locks where the system allows none, and say so', () => {
    const prefix = [
      'prlimit',
      '--memlock=0:0',
      '--',
      'setpriv',
      '--bounding-set=-ipc_lock',
      '--inh-caps=-all',
    ];
    const { stdout } = withAddon.run(...prefix, process.execPath, 'memory.mjs');
    expect(stdout.split('\n').slice(0, 2)).toEqual(['zero-only', 'MEMORY_NOT_LOCKED']);
  });

  it('continue without the addon once it is uninstalled', () => {
    const project = new NpmProject(WANTED, NEEDED);
    expect(protection(project)).toEqual(LOCKED);
    project.remove('nomyo-native');
    expect(protection(project)).toEqual(ORDINARY);
    project.dispose();
  });

  it('continue without an addon of another version, or a damaged one', () => {
    const addon = join(withAddon.dir, 'node_modules/nomyo-native');
    const found = { ...ORDINARY, addon: 'own' };
    const index = readFileSync(join(addon, 'index.js'), 'utf8');
    writeFileSync(join(addon, 'index.js'), 'module.exports = { abiVersion: 1 };');
    expect(protection(withAddon)).toEqual(found);
    writeFileSync(join(addon, 'index.js'), index);
    for (const binary of readdirSync(addon, { recursive: true }).filter((name) => name.endsWith('.node'))) {
      truncateSync(join(addon, binary), 10_000);
    }
    expect(protection(withAddon)).toEqual(found);
  });
});
