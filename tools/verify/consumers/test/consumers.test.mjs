import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NpmProject } from '../npm-project.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');

const ALL = ['@nomyo/base', '@nomyo/crypto', '@nomyo/keystore', '@nomyo/transport', 'nomyo-js'];

const names = (project) => project.packages.map(({ name }) => name).sort();
const printed = (...lines) => ({ status: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });

/** A user's compiler: strict, and the libraries are checked too. */
const compile = (project, file, resolution) =>
  project.node(
    tsc,
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    ...resolution,
    '--target',
    'es2023',
    '--lib',
    'esnext,dom',
    file,
  );

const NODENEXT = ['--module', 'nodenext', '--moduleResolution', 'nodenext'];
const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler'];
const BROWSER = [...BUNDLER, '--customConditions', 'browser'];

describe('@nomyo/crypto alone', () => {
  let project;
  beforeAll(() => {
    project = new NpmProject(['@nomyo/crypto'], ['@nomyo/base']);
  }, 60_000);
  afterAll(() => project.dispose());

  it('brings @nomyo/base and nothing else, and runs nothing at install', () => {
    expect(project.packages).toEqual([
      { name: '@nomyo/base', hasInstallScript: false },
      { name: '@nomyo/crypto', hasInstallScript: false },
    ]);
  });

  it('seals, opens and refuses after import', () => {
    expect(project.node('crypto.mjs')).toEqual(printed('sealed by a user', 'DECRYPTION_FAILED'));
  });

  it('seals and opens after import under the condition of browsers', () => {
    expect(project.node('--conditions=browser', 'crypto.mjs')).toEqual(
      printed('sealed by a user', 'DECRYPTION_FAILED'),
    );
  });

  it('seals and opens after require()', () => {
    expect(project.node('crypto.cjs')).toEqual(printed('sealed by a user', 'zero-only string'));
  });

  it.each(['node', 'browser'])('has each error class once, from any entry (%s)', (condition) => {
    const script = `
      const [crypto, errors] = await Promise.all([import('@nomyo/crypto'), import('@nomyo/crypto/errors')]);
      const shared = Object.keys(errors).filter((name) => name in crypto);
      console.log(shared.length > 3, shared.every((name) => crypto[name] === errors[name]));`;
    expect(project.node(`--conditions=${condition}`, '--input-type=module', '--eval', script)).toEqual(
      printed('true true'),
    );
  });

  it('shows its sources in a stack trace', () => {
    const script = `
      import { decodePem } from '@nomyo/crypto';
      try { decodePem(new Uint8Array(1)); } catch (error) { console.log(/at decodePem .*src.pem\\.ts:\\d+/.exec(error.stack)?.length); }`;
    expect(project.node('--enable-source-maps', '--input-type=module', '--eval', script)).toEqual(
      printed('1'),
    );
  });

  it.each([
    ['nodenext', NODENEXT],
    ['bundler', BUNDLER],
    ['bundler, for browsers', BROWSER],
  ])('has types under %s', (_, resolution) => {
    expect(compile(project, 'crypto.ts', resolution)).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('nomyo-js', () => {
  let project;
  beforeAll(() => {
    project = new NpmProject(
      ['nomyo-js'],
      ALL.filter((name) => name !== 'nomyo-js'),
    );
  }, 60_000);
  afterAll(() => project.dispose());

  it('brings the packages below it, each once, and runs nothing at install', () => {
    expect(names(project)).toEqual(ALL);
    expect(project.packages.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  it('makes a client, refuses http and ends after import', () => {
    expect(project.node('client.mjs')).toEqual(
      printed('ERR_MODULE_NOT_FOUND true', 'function', 'true INSECURE_URL', 'DISPOSED'),
    );
  });

  it('names the package that nomyo-js/v2 needs when it is not installed', () => {
    const script = `await import('nomyo-js/v2').catch(({ code, message }) =>
      console.log(code, message.includes("'@nomyo/protocol-v2'")));`;
    expect(project.node('--input-type=module', '--eval', script)).toEqual(
      printed('ERR_MODULE_NOT_FOUND true'),
    );
  });

  it('makes a client, refuses http and ends after require()', () => {
    expect(project.node('client.cjs')).toEqual(printed('true INSECURE_URL', 'true'));
  });

  it.each([
    ['nodenext', NODENEXT],
    ['bundler', BUNDLER],
    ['bundler, for browsers', BROWSER],
  ])('has types under %s', (_, resolution) => {
    expect(compile(project, 'client.ts', resolution)).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe.each([
  ['@nomyo/keystore', ['@nomyo/base', '@nomyo/crypto']],
  ['@nomyo/transport', ['@nomyo/base']],
])('%s alone', (name, needed) => {
  it(`brings ${needed.join(' and ')} and nothing else, and loads`, () => {
    const project = new NpmProject([name], needed);
    expect(names(project)).toEqual([...needed, name]);
    const script = `import('${name}').then((module) => console.log(Object.keys(module).length > 0))`;
    expect(project.node('--eval', script)).toEqual(printed('true'));
    project.dispose();
  }, 60_000);
});
