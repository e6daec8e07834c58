// A TypeScript project of a user: our tarballs in node_modules, beside what its code needs from elsewhere, and a strict
// compiler that checks our declarations too.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tarballs, workspace } from './tarballs.mjs';

const fixtures = join(import.meta.dirname, 'test/fixtures');

const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['esnext', 'dom', 'dom.iterable'],
  module: 'nodenext',
  types: ['node'],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};

/** Where the workspace has dependencies of its members. */
const SOURCES = [
  'tools/verify/consumers',
  'packages/nomyo-js',
  'packages/gateway',
  'packages/router',
  'packages/cli',
  'packages/protocol-v2',
  'native',
];

/** Names of node_modules, scopes opened. */
function namesIn(modules) {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}

export class TypeScriptProject {
  #dir = realpathSync(mkdtempSync(join(tmpdir(), 'nomyo-typescript-')));

  constructor() {
    for (const { name, file } of tarballs()) this.#unpack(name, file);
    for (const source of SOURCES) this.#link(join(workspace, source, 'node_modules'));
    this.write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['src'] }));
  }

  get dir() {
    return this.#dir;
  }

  /** A file that npm installed. */
  installed(name, path = '') {
    return join(this.#dir, 'node_modules', name, path);
  }

  write(path, text) {
    mkdirSync(dirname(join(this.#dir, path)), { recursive: true });
    writeFileSync(join(this.#dir, path), text);
  }

  addFixture(name) {
    mkdirSync(join(this.#dir, 'src'), { recursive: true });
    copyFileSync(join(fixtures, name), join(this.#dir, 'src', name));
  }

  /** Compiler errors in the project's own code and in our declarations; those of others are not ours to fix. */
  compile(compiler) {
    const tsc = join(import.meta.dirname, 'node_modules', compiler, 'lib/tsc.js');
    const args = [tsc, '--project', this.#dir, '--pretty', 'false'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.#dir, encoding: 'utf8' });
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => /error TS|Error/.test(line))
      .filter((line) => !/(^|\/)node_modules\//.test(line) || /node_modules\/(@nomyo|nomyo-)/.test(line));
  }

  dispose() {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #unpack(name, file) {
    mkdirSync(this.installed(name), { recursive: true });
    const args = ['-xzf', file, '--strip-components=1', '-C', this.installed(name)];
    const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar cannot read ${file}: ${stderr}`);
  }

  #link(modules) {
    for (const name of namesIn(modules)) {
      const target = this.installed(name);
      if (existsSync(target)) continue;
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(realpathSync(join(modules, name)), target, 'junction');
    }
  }
}
