// An app in a folder of its own, as a user has it: a home without settings, a registry, and compilers that must not run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { plainEnvironment } from './tarballs.mjs';

const fixtures = join(import.meta.dirname, 'test/fixtures');

/** Whatever a build of an addon would call first. */
const COMPILERS = ['node-gyp', 'make', 'cmake', 'cc', 'c++', 'gcc', 'g++', 'clang', 'python', 'python3'];

export class App {
  #scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nomyo-app-')));
  #manager;

  /** @param dependencies names and ranges, as package.json has them */
  constructor(manager, registry, dependencies) {
    this.#manager = manager;
    for (const folder of ['app', 'home', 'bin']) mkdirSync(join(this.#scratch, folder));
    cpSync(fixtures, this.dir, { recursive: true });
    const manifest = { name: 'app', version: '1.0.0', private: true, license: 'UNLICENSED', dependencies };
    this.#write({ 'package.json': JSON.stringify(manifest), ...manager.settings(registry.url) });
    this.#setTripwires();
  }

  get dir() {
    return join(this.#scratch, 'app');
  }

  /** The compilers that an install called. */
  get compilersCalled() {
    const log = join(this.#scratch, 'called.txt');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  }

  install(args) {
    return this.#run(this.#manager.program, args);
  }

  /** As after a fresh checkout: package.json and the lockfile are there, and nothing that is installed. */
  clean() {
    for (const entry of readdirSync(this.dir)) {
      if (/^(node_modules|\.pnp.*|\.yarn)$/.test(entry)) {
        rmSync(join(this.dir, entry), { recursive: true, force: true });
      }
    }
  }

  /** Runs a script of the app the way its package manager wants it. */
  start(script) {
    return this.#run(this.#manager.run, [script]);
  }

  dispose() {
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  #write(files) {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.dir, name), content);
  }

  #setTripwires() {
    for (const compiler of COMPILERS) {
      const file = join(this.#scratch, 'bin', compiler);
      writeFileSync(file, `#!/bin/sh\necho ${compiler} >> '${join(this.#scratch, 'called.txt')}'\nexit 1\n`);
      chmodSync(file, 0o755);
    }
  }

  async #run([file, ...first], args) {
    const home = join(this.#scratch, 'home');
    const env = {
      ...plainEnvironment(),
      HOME: home,
      USERPROFILE: home,
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_DATA_HOME: join(home, '.local'),
      PATH: `${join(this.#scratch, 'bin')}${delimiter}${process.env.PATH}`,
    };
    const child = spawn(file, [...first, ...args], { cwd: this.dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { status: child.exitCode, stdout, stderr };
  }
}
