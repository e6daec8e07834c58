import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';
import { readMember, readNumber } from '../child/read.js';
import { atMost, compare, type Row } from '../row.js';

const PACKAGES = ['base', 'crypto', 'keystore', 'transport', 'nomyo-js'] as const;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const KB = 1000;

/** Bytes on disk and over the wire. */
export const size: Row = {
  id: 'size',
  title: 'Size',
  about:
    'Installed: what nomyo-js and its four layers unpack to, beside openai. Bundle: one entry with the client class,\n' +
    'for browsers, minified by esbuild, and compressed with gzip.',
  inShort: true,
  goals: [
    atMost('install', { what: 'installed size', beside: 'openai', goal: 1, band: 1 }),
    atMost('bundle', { what: 'browser bundle, compressed', beside: 'openai', goal: 1, band: 1.3 }),
  ],
  measure: async () => {
    const installed = sum(await Promise.all(PACKAGES.map(packedSize)));
    const theirs = await directorySize(packageDir('openai'));
    const bundled = await bundleSize(`export { SecureChatCompletion } from 'nomyo-js';`);
    const theirBundle = await bundleSize(`export { OpenAI } from 'openai';`);
    return {
      figures: { install: [installed / theirs], bundle: [bundled / theirBundle] },
      tables: [
        compare('installed, kB', { 'nomyo-js': [installed / KB], openai: [theirs / KB] }),
        compare('bundle, kB', { 'nomyo-js': [bundled / KB], openai: [theirBundle / KB] }),
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

/** In bytes, compressed. */
async function bundleSize(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return (await promisify(gzip)(code, { level: 9 })).byteLength;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
