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
import { formatBytes } from '../format.js';
import type { Row } from '../row.js';
import { countFigure } from './common.js';

const PACKAGES = ['base', 'crypto', 'keystore', 'transport', 'nomyo-js'] as const;

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Bytes on disk and over the wire. */
export const size: Row = {
  id: 'size',
  title: 'Size',
  about:
    'Installed: what the four packages unpack to, beside openai. Bundle: one entry with the client class, for ' +
    'browsers, minified by esbuild, and compressed with gzip.',
  inShort: true,
  measure: async () => {
    const ours = await Promise.all(PACKAGES.map(packedSize));
    const [installed, files] = [sum(ours.map(({ bytes }) => bytes)), sum(ours.map((pack) => pack.files))];
    const theirs = await directorySize(packageDir('openai'));
    const ourBundle = await bundle(`export { SecureChatCompletion } from 'nomyo-js';`);
    const theirBundle = await bundle(`export { OpenAI } from 'openai';`);
    return {
      figures: [
        countFigure('install', installed / theirs.bytes),
        countFigure('bundle', ourBundle.compressed / theirBundle.compressed),
      ],
      tables: [
        {
          title: '',
          head: ['what', 'nomyo-js', 'openai'],
          rows: [
            ['installed', formatBytes(installed), formatBytes(theirs.bytes)],
            ['files', String(files), String(theirs.files)],
            ['packages, dependencies included', String(PACKAGES.length), '1'],
            ['bundle, minified', formatBytes(ourBundle.minified), formatBytes(theirBundle.minified)],
            [
              'bundle, minified and compressed',
              formatBytes(ourBundle.compressed),
              formatBytes(theirBundle.compressed),
            ],
          ],
        },
      ],
      plots: [],
      notes: [],
    };
  },
};

interface DiskSize {
  readonly bytes: number;
  readonly files: number;
}

/** What npm would unpack. */
async function packedSize(name: string): Promise<DiskSize> {
  const cwd = join(root, 'packages', name);
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], {
    cwd,
    shell: process.platform === 'win32',
  });
  const packs: unknown = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const pack = readMember(packs, '0');
  return {
    bytes: readNumber(readMember(pack, 'unpackedSize')),
    files: readNumber(readMember(pack, 'entryCount')),
  };
}

/** Of an installed package, whatever it exports. */
function packageDir(name: string): string {
  let directory = dirname(createRequire(import.meta.url).resolve(name));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}

/** Files below a directory, but for other packages. */
async function directorySize(directory: string): Promise<DiskSize> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const own = entries.filter(
    (entry) => entry.isFile() && !entry.parentPath.slice(directory.length).includes('node_modules'),
  );
  const sizes = await Promise.all(
    own.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return { bytes: sum(sizes), files: sizes.length };
}

async function bundle(contents: string): Promise<{ minified: number; compressed: number }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const compressed = await promisify(gzip)(code, { level: 9 });
  return { minified: code.byteLength, compressed: compressed.byteLength };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
