// A plain npm project outside of the workspace, with packed packages installed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const tarballs = join(root, 'tools/verify/checks/.results/tarballs');
const fixtures = join(import.meta.dirname, 'test/fixtures');

/** pnpm in the version of this repository. */
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** npm and npx are scripts with other names there. */
const onWindows = process.platform === 'win32';

/** The tarball of a package, whatever its version. */
function tarballOf(name) {
  const stem = `${name.replace('@', '').replace('/', '-')}-`;
  const file = readdirSync(tarballs).find(
    (entry) => entry.startsWith(stem) && /^\d/.test(entry.slice(stem.length)),
  );
  if (file === undefined) {
    throw new Error(`no tarball of ${name}: run "pnpm --filter @nomyo/checks run pack"`);
  }
  return `file:${join(tarballs, file)}`;
}

/** What a user's machine sets: none of pnpm's and turbo's variables, no test runner. */
function plainEnvironment() {
  const ours = /^(npm_|pnpm_|turbo_|jest_|node_options$|node_env$|init_cwd$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** A dependency of a workspace member, as a tarball, once: nothing comes from the network. */
function packForeign(name, member) {
  if (readdirSync(tarballs).some((file) => file.startsWith(`${name}-`))) return;
  const dir = realpathSync(join(root, member, 'node_modules', name));
  const args = ['pack', dir, '--pack-destination', tarballs, '--ignore-scripts', '--json', '--offline'];
  const run = spawnSync('npm', args, { env: plainEnvironment(), encoding: 'utf8', shell: onWindows });
  if (run.status !== 0) throw new Error(`npm pack failed\n${run.stdout}${run.stderr}`);
}

export const NPM = { file: 'npm', install: ['install', '--offline', '--no-audit', '--no-fund'] };
export const NPM_WITHOUT_SCRIPTS = { ...NPM, install: [...NPM.install, '--ignore-scripts'] };
// Where CI is set, pnpm refuses to change the lockfile of the app.
export const PNPM = {
  file: 'npx',
  install: ['--yes', packageManager, 'install', '--offline', '--no-frozen-lockfile'],
};

/** What `nomyo-native` loads its binary with. */
export const LOADER = 'node-gyp-build';

export class NpmProject {
  #dir = realpathSync(mkdtempSync(join(tmpdir(), 'nomyo-consumer-')));
  #manager;
  #wanted;
  #needed;

  /** Installs `wanted`; what these need in turn comes from the tarballs too, and nothing from the network. */
  constructor(wanted, needed = [], manager = NPM) {
    this.#wanted = wanted;
    this.#needed = needed;
    this.#manager = manager;
    if (needed.includes(LOADER)) packForeign(LOADER, 'native');
    cpSync(fixtures, this.#dir, { recursive: true });
    this.#install();
  }

  get dir() {
    return this.#dir;
  }

  /** Uninstalls a package. */
  remove(name) {
    this.#wanted = this.#wanted.filter((wanted) => wanted !== name);
    this.#install();
  }

  #install() {
    const files = (names) => Object.fromEntries(names.map((name) => [name, tarballOf(name)]));
    const overrides = files(this.#needed);
    const dependencies = files(this.#wanted);
    const manifest = { name: 'consumer', private: true, dependencies, overrides, pnpm: { overrides } };
    writeFileSync(join(this.#dir, 'package.json'), JSON.stringify(manifest));
    const { file, install } = this.#manager;
    const run = this.#spawn(file, install);
    if (run.status !== 0) throw new Error(`${file} ${install.join(' ')} failed\n${run.stdout}${run.stderr}`);
  }

  /** Everything that is installed, by name. */
  get packages() {
    const lock = JSON.parse(readFileSync(join(this.#dir, 'node_modules/.package-lock.json'), 'utf8'));
    return Object.entries(lock.packages).map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      hasInstallScript: entry.hasInstallScript ?? false,
    }));
  }

  /** Runs a program in the folder of the project. */
  run(file, ...args) {
    const { status, stdout, stderr } = this.#spawn(file, args);
    return { status, stdout, stderr };
  }

  /** Runs a script with Node. */
  node(...args) {
    return this.nodeIn(this.#dir, ...args);
  }

  /** The same, started in another folder. */
  nodeIn(cwd, ...args) {
    const { status, stdout, stderr } = this.#spawn(process.execPath, args, cwd);
    return { status, stdout, stderr };
  }

  dispose() {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #spawn(file, args, cwd = this.#dir) {
    const shell = file.startsWith('np') && onWindows;
    return spawnSync(file, args, { cwd, env: plainEnvironment(), encoding: 'utf8', shell });
  }
}
