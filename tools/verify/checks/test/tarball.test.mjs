// A sound package is written into a temporary folder; then it is spoilt in one way after the other.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectFields, withProjectUrl } from '../rules/project.mjs';
import { publishConfigOf, withoutSource } from '../rules/publish-config.mjs';
import { tarballViolations } from '../rules/tarball.mjs';

const LICENSE = 'a license\n';

const PROJECT = { repository: { type: 'git', url: 'git+https://forge.example/owner/nomyo-js.git' } };

const ORIGINAL = {
  name: '@nomyo/crypto',
  version: '1.2.3',
  description: 'A sound package.',
  license: 'Apache-2.0',
  ...projectFields(PROJECT, 'packages/crypto'),
  keywords: ['envelope'],
  type: 'module',
  engines: { node: '>=20.19' },
  files: ['dist', '!dist/.tsbuildinfo', 'src', 'SPEC.md'],
  exports: {
    '.': { '@nomyo/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  imports: {
    '#engine': {
      '@nomyo/source': { node: './src/index.ts' },
      node: './dist/index.js',
      default: './dist/index.js',
    },
  },
  dependencies: { '@nomyo/base': '^1.2.3' },
  peerDependencies: { 'nomyo-native': '^1.2.3' },
  peerDependenciesMeta: { 'nomyo-native': { optional: true } },
};

const PACKED = {
  ...ORIGINAL,
  exports: withoutSource(ORIGINAL.exports),
  imports: withoutSource(ORIGINAL.imports),
};

const FILES = {
  LICENSE,
  'README.md': '# A sound package\n',
  'SPEC.md': '# Its wire\n',
  'src/index.ts': 'export const one = 1;\n',
  'dist/index.js': 'export const one = 1;\n',
  'dist/index.d.ts': 'export declare const one = 1;\n',
  'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }),
};

let dir;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nomyo-tarball-'));
  write(FILES);
  pack(PACKED);
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const pack = (manifest) => write({ 'package.json': JSON.stringify(manifest) });
const violations = () => tarballViolations(dir, ORIGINAL, LICENSE);

describe('the rules for a tarball', () => {
  it('accept a sound package', () => {
    expect(violations()).toEqual([]);
  });

  it('allow examples their own configuration', () => {
    write({ 'examples/tsconfig.json': '{}' });
    expect(violations()).toEqual([]);
  });

  it.each([
    ['src/pem.test.ts', 'src/pem.test.ts is a test'],
    ['test/pem.ts', 'test/pem.ts is a test'],
    ['dist/.tsbuildinfo', 'dist/.tsbuildinfo is a by-product of the compiler'],
    ['tsconfig.json', 'tsconfig.json configures our tools'],
    ['jest.config.mjs', 'jest.config.mjs configures our tools'],
    ['.npmrc', '.npmrc is hidden'],
    ['binding.gyp', 'binding.gyp would make npm compile at install'],
    ['client_keys/private_key.pem', 'client_keys/private_key.pem looks like a key'],
  ])('refuse %s', (file, violation) => {
    write({ [file]: '' });
    expect(violations()).toContain(violation);
  });

  it.each([
    ['README.md', 'README.md is missing'],
    ['LICENSE', 'LICENSE is missing'],
    ['SPEC.md', 'SPEC.md is listed in files and does not exist'],
    ['dist/index.js', 'dist/index.js is in exports or imports and not shipped'],
    ['dist/index.d.ts', 'dist/index.d.ts is in exports or imports and not shipped'],
    ['src/index.ts', 'dist/index.js.map leads to src/index.ts, which is not shipped'],
  ])('report a missing %s', (file, violation) => {
    rmSync(join(dir, file));
    expect(violations()).toContain(violation);
  });

  it('compare the license with the one of the repository', () => {
    write({ LICENSE: 'another one\n' });
    expect(violations()).toEqual(['LICENSE is another text']);
  });

  it.each([
    [{ exports: ORIGINAL.exports }, '@nomyo/source is left in package.json'],
    [{ imports: ORIGINAL.imports }, '@nomyo/source is left in package.json'],
    [{ exports: { '.': './dist/index.js' } }, /^exports are not those of package.json/],
    [{ imports: undefined }, /^imports are not those of package.json/],
    [{ dependencies: { undici: '^7.0.0' } }, 'dependencies are [undici], not [@nomyo/base]'],
    [{ optionalDependencies: { 'nomyo-native': '^1.0.0' } }, 'optionalDependencies are not allowed'],
    [{ bundledDependencies: ['a'] }, 'bundledDependencies are not allowed'],
    [{ peerDependencies: { openai: '^6.0.0' } }, 'peerDependencies are [openai], not [nomyo-native]'],
    [{ peerDependenciesMeta: {} }, 'peer nomyo-native is not optional'],
    [{ peerDependencies: { 'nomyo-native': 'workspace:^' } }, /range workspace:\^, which npm cannot read/],
    [{ scripts: { postinstall: 'node x.js' } }, 'script postinstall runs at install'],
    [{ scripts: { install: 'node-gyp rebuild' } }, 'script install runs at install'],
    [{ scripts: { prepare: 'tsc' } }, 'script prepare runs at install'],
    [{ description: 'TBD' }, 'the description is still to be written'],
    [{ engines: undefined }, 'package.json has no engines'],
    [{ repository: undefined }, 'package.json has no repository'],
    [{ keywords: undefined }, 'package.json has no keywords'],
    [{ name: 'unknown' }, /^no list of runtime dependencies/],
  ])('refuse a manifest with %j', (change, violation) => {
    pack({ ...PACKED, ...change });
    const expected = typeof violation === 'string' ? violation : expect.stringMatching(violation);
    expect(violations()).toContainEqual(expected);
  });

  it('do not depend on where the tarball lies', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'nomyo-tarball-'));
    cpSync(dir, elsewhere, { recursive: true });
    expect(tarballViolations(elsewhere, ORIGINAL, LICENSE)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });
});

describe('links', () => {
  it.each([
    ['[a](SPEC.md)'],
    ['[a](SPEC.md#its-wire)'],
    ['[a](src)'],
    ['[a](#a-sound-package)'],
    ['[a](https://forge.example/x)'],
    ['`[a](b)`'],
    ['```\n[a](b)\n```'],
  ])('may be %j', (markdown) => {
    write({ 'README.md': `# A sound package\n\n${markdown}\n` });
    expect(violations()).toEqual([]);
  });

  it.each([
    ['[a](../../docs/a.md)', 'links to ../../docs/a.md, which is not shipped: write the absolute address'],
    ['[a](examples/)', 'links to examples/, which is not shipped: write the absolute address'],
    ['[a](SPEC.md#other)', 'links to SPEC.md#other, where there is no such heading'],
    ['[a](#other)', 'links to #other, where there is no such heading'],
  ])('must not be %j', (markdown, violation) => {
    write({ 'README.md': `# A sound package\n\n${markdown}\n` });
    expect(violations()).toEqual([`README.md ${violation}`]);
  });
});

describe('the address of the project', () => {
  it('stands in each manifest, with the folder of the package', () => {
    expect(projectFields(PROJECT, 'packages/a')).toEqual({
      repository: { ...PROJECT.repository, directory: 'packages/a' },
      homepage: 'https://forge.example/owner/nomyo-js/tree/main/packages/a#readme',
      bugs: { url: 'https://forge.example/owner/nomyo-js/issues' },
    });
  });

  it('replaces an earlier one in a text, and nothing else', () => {
    const other = 'https://old.example/x/nomyo-jsx and https://old.example/nomyo-js';
    const text = `(https://old.example/x/nomyo-js#readme) https://old.example/x/nomyo-js/a ${other}`;
    const url = 'https://forge.example/owner/nomyo-js';
    expect(withProjectUrl(text, PROJECT)).toBe(`(${url}#readme) ${url}/a ${other}`);
  });

  it('is refused in another form', () => {
    expect(() => projectFields({ repository: { url: 'nomyo-js' } }, 'a')).toThrow(/^repository.url is not/);
  });
});

describe('publishConfig', () => {
  it('is exports and imports without the private condition, and keeps the rest', () => {
    expect(publishConfigOf({ ...ORIGINAL, publishConfig: { access: 'public', exports: 'stale' } })).toEqual({
      access: 'public',
      exports: PACKED.exports,
      imports: { '#engine': { node: './dist/index.js', default: './dist/index.js' } },
    });
  });

  it('has no imports that lead only to sources', () => {
    const imports = { '#engine': { '@nomyo/source': { node: './src/index.ts' } } };
    expect(publishConfigOf({ imports })).toEqual({ imports: {} });
  });

  it('has no imports when there are none', () => {
    expect(publishConfigOf({ exports: './dist/index.js' })).toEqual({ exports: './dist/index.js' });
  });
});
