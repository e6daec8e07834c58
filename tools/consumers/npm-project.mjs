// A plain npm project outside of the workspace, with packed packages installed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tarballs = join(import.meta.dirname, '../checks/.results/tarballs');
const fixtures = join(import.meta.dirname, 'test/fixtures');

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

export class NpmProject {
  #dir = mkdtempSync(join(tmpdir(), 'nomyo-consumer-'));

  /** Installs `wanted`; what these need in turn comes from the tarballs too, and nothing from the network. */
  constructor(wanted, needed = []) {
    const files = (names) => Object.fromEntries(names.map((name) => [name, tarballOf(name)]));
    const manifest = {
      name: 'consumer',
      private: true,
      dependencies: files(wanted),
      overrides: files(needed),
    };
    writeFileSync(join(this.#dir, 'package.json'), JSON.stringify(manifest));
    cpSync(fixtures, this.#dir, { recursive: true });
    const npm = this.#spawn('npm', ['install', '--offline', '--no-audit', '--no-fund']);
    if (npm.status !== 0) throw new Error(`npm install failed\n${npm.stdout}${npm.stderr}`);
  }

  /** Everything that is installed, by name. */
  get packages() {
    const lock = JSON.parse(readFileSync(join(this.#dir, 'node_modules/.package-lock.json'), 'utf8'));
    return Object.entries(lock.packages).map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      hasInstallScript: entry.hasInstallScript ?? false,
    }));
  }

  /** Runs a script with Node. */
  node(...args) {
    const { status, stdout, stderr } = this.#spawn(process.execPath, args);
    return { status, stdout, stderr };
  }

  dispose() {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #spawn(file, args) {
    // npm is a script with another name on Windows.
    const shell = file === 'npm' && process.platform === 'win32';
    return spawnSync(file, args, { cwd: this.#dir, env: plainEnvironment(), encoding: 'utf8', shell });
  }
}
