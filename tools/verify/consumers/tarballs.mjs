// The packed packages, as `pnpm --filter @nomyo/checks run pack` left them, and what these need from elsewhere.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const workspace = join(import.meta.dirname, '../../..');
const packed = join(workspace, 'tools/verify/checks/.results/tarballs');

/** The package with which `nomyo-native` loads its binary. */
export const LOADER = 'node-gyp-build';

/** The environment of a user's machine: no variables of pnpm, turbo, jest or the CI that runs this. */
export function plainEnvironment() {
  const ours = /^(npm_|pnpm_|turbo_|jest_|yarn_|bun_|node_options$|node_env$|node_path$|init_cwd$|ci$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** The tarball of a published package, whatever its version. */
export function tarballOf(name) {
  const stem = `${name.replace('@', '').replace('/', '-')}-`;
  const file = readdirSync(packed).find(
    (entry) => entry.startsWith(stem) && /^\d/.test(entry.slice(stem.length)),
  );
  if (file === undefined) {
    throw new Error(`no tarball of ${name}: run "pnpm --filter @nomyo/checks run pack"`);
  }
  return join(packed, file);
}

/** Every tarball, with the name of its package. */
export function tarballs() {
  return readdirSync(packed)
    .map((entry) => join(packed, entry))
    .map((file) => ({ name: JSON.parse(readFromTarball(file, 'package.json')).name, file }));
}

/** A dependency of a workspace member, packed again: nothing comes from the network. */
export function packForeign(name, member, into = mkdtempSync(join(tmpdir(), 'nomyo-foreign-'))) {
  mkdirSync(into, { recursive: true });
  const dir = realpathSync(join(workspace, member, 'node_modules', name));
  const args = ['pack', dir, '--pack-destination', into, '--ignore-scripts', '--json', '--offline'];
  const shell = process.platform === 'win32';
  const run = spawnSync('npm', args, { env: plainEnvironment(), encoding: 'utf8', shell });
  if (run.status !== 0) throw new Error(`npm pack failed\n${run.stdout}${run.stderr}`);
  return join(into, JSON.parse(run.stdout)[0].filename);
}

/** One file of a tarball, as text. */
export function readFromTarball(tarball, path) {
  const { status, stdout, stderr } = spawnSync('tar', ['-xzOf', tarball, `package/${path}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tar cannot read ${path} of ${tarball}: ${stderr}`);
  return stdout;
}

/** The paths of a tarball, without the folder that npm puts around them. */
export function filesIn(tarball) {
  const { status, stdout, stderr } = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar cannot list ${tarball}: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}
