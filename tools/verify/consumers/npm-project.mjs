// A plain npm project outside of the workspace, with packed packages installed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOADER, packForeign, plainEnvironment, tarballOf } from './tarballs.mjs';

const fixtures = join(import.meta.dirname, 'test/fixtures');

/** npm is a script with another name there. */
const onWindows = process.platform === 'win32';

const INSTALL = ['install', '--offline', '--no-audit', '--no-fund'];

export class NpmProject {
  #dir = realpathSync(mkdtempSync(join(tmpdir(), 'nomyo-consumer-')));
  #wanted;
  #needed;

  /** Installs `wanted`; what these need in turn comes from the tarballs too, and nothing from the network. */
  constructor(wanted, needed = []) {
    this.#wanted = wanted;
    this.#needed = needed;
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
    const manifest = {
      name: 'consumer',
      private: true,
      dependencies: this.#files(this.#wanted),
      overrides: this.#files(this.#needed),
    };
    writeFileSync(join(this.#dir, 'package.json'), JSON.stringify(manifest));
    const run = this.#spawn('npm', INSTALL);
    if (run.status !== 0) throw new Error(`npm install failed\n${run.stdout}${run.stderr}`);
  }

  #files(names) {
    const tarball = (name) => (name === LOADER ? packForeign(LOADER, 'native', this.#dir) : tarballOf(name));
    return Object.fromEntries(names.map((name) => [name, `file:${tarball(name)}`]));
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

  /** The same, while this process keeps running, with a router in it. Ends after two minutes. */
  async start(file, ...args) {
    const child = spawn(file, args, { cwd: this.#dir, env: plainEnvironment(), timeout: 120_000 });
    const [stdout, stderr, [status]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, 'close'),
    ]);
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
    const shell = file === 'npm' && onWindows;
    return spawnSync(file, args, { cwd, env: plainEnvironment(), encoding: 'utf8', shell });
  }
}

async function textOf(stream) {
  let text = '';
  for await (const piece of stream.setEncoding('utf8')) text += piece;
  return text;
}
