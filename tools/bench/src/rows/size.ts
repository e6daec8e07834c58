import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readMember, readNumber } from '../child/read.js';
import { atMost, compare, list, type Row } from '../row.js';

const PACKAGES = ['base', 'crypto', 'keystore', 'transport', 'nomyo-js'] as const;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const KB = 1000;

const CLIENT = `export { SecureChatCompletion } from 'nomyo-js';`;

/** In bytes. */
const ADAPTER_GOAL = 30 * KB;

/** What the tests of nomyo-js bundle with. */
const BUNDLER = join(ROOT, 'packages/nomyo-js/test/children/bundle.mjs');

/** Bytes on disk and over the wire. */
export const size: Row = {
  id: 'size',
  title: 'Size',
  about:
    'Installed: what nomyo-js and its four layers unpack to, beside openai. Bundle: what a page loads to make its first\n' +
    'call, bundled by Rollup, minified by esbuild, and compressed with gzip; the rest comes when it is first used.',
  inShort: true,
  goals: [
    atMost('install', { what: 'installed size', beside: 'openai', goal: 1, band: 1 }),
    atMost('bundle', { what: 'browser bundle, compressed', beside: 'openai', goal: 1, band: 1 }),
    atMost('bundle-adapter', {
      what: 'bundle of createSecureFetch and client',
      beside: '30 kB',
      goal: 1,
      band: 1,
    }),
  ],
  measure: async () => {
    const installed = sum(await Promise.all(PACKAGES.map(packedSize)));
    const theirs = await directorySize(packageDir('openai'));
    const client = await bundleSize(CLIENT);
    const adapter = await bundleSize(`${CLIENT} export { createSecureFetch } from 'nomyo-js/fetch';`);
    const openai = await bundleSize(`export { OpenAI } from 'openai';`);
    return {
      figures: {
        install: [installed / theirs],
        bundle: [client.initial / openai.initial],
        'bundle-adapter': [adapter.initial / ADAPTER_GOAL],
      },
      tables: [
        compare('installed, kB', { 'nomyo-js': [installed / KB], openai: [theirs / KB] }),
        compare('bundle, kB', { 'nomyo-js': [client.initial / KB], openai: [openai.initial / KB] }),
        list('bundle of the adapter and the client, kB', {
          'loaded for the first call': [adapter.initial / KB],
          'with all that can be loaded later': [adapter.total / KB],
        }),
      ],
    };
  },
};

/** What npm would unpack, in bytes. */
async function packedSize(name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], {
    cwd: join(ROOT, 'packages', name),
    shell: process.platform === 'win32',
  });
  const packs: unknown = JSON.parse(stdout.slice(stdout.indexOf('[')));
  return readNumber(readMember(readMember(packs, '0'), 'unpackedSize'));
}

/** Of an installed package, whatever it exports. */
function packageDir(name: string): string {
  let directory = dirname(createRequire(import.meta.url).resolve(name));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}

/** Bytes of the files below a directory, but for other packages. */
async function directorySize(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const own = entries.filter(
    (entry) => entry.isFile() && !entry.parentPath.slice(directory.length).includes('node_modules'),
  );
  return sum(
    await Promise.all(own.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size)),
  );
}

/** In bytes, compressed: what a page loads at once, and with everything that comes later. */
async function bundleSize(code: string): Promise<{ readonly initial: number; readonly total: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'nomyo-bundle-'));
  try {
    const flags = ['--conditions=browser', '--experimental-import-meta-resolve'];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, BUNDLER, directory, `entry=${code}`],
      { cwd: dirname(fileURLToPath(import.meta.url)) },
    );
    const size = readMember(JSON.parse(stdout), 'entry');
    return { initial: readNumber(readMember(size, 'initial')), total: readNumber(readMember(size, 'total')) };
  } finally {
    await rm(directory, { recursive: true });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
