import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost, beside, list, together, type Row } from '../row.js';

const PACKAGES = ['base', 'crypto', 'keystore', 'transport', 'nomyo-js'] as const;

const BENCH = fileURLToPath(new URL('../../', import.meta.url));
const ROOT = join(BENCH, '../..');

const CLIENT = `export { SecureChatCompletion } from 'nomyo-js';`;

/** The bundler of nomyo-js's own tests. */
const BUNDLER = join(ROOT, 'packages/nomyo-js/test/children/bundle.mjs');

/** In kB. */
const ADAPTER_GOAL = 30;

export const size: Row = {
  id: 'size',
  title: 'Size',
  about:
    'Installed: what nomyo-js and its four layers unpack to, beside openai. Bundle: what a page loads to make its first\n' +
    'call, bundled by Rollup, minified by esbuild, and compressed with gzip; the rest comes when it is first used.',
  inShort: true,
  goals: {
    install: atMost('installed size', 'openai', 1, 1),
    bundle: atMost('browser bundle, compressed', 'openai', 1, 1),
    'bundle-adapter': atMost('bundle of createSecureFetch and client', `${String(ADAPTER_GOAL)} kB`, 1, 1),
  },
  measure: async ({ workshop }) => {
    const packed = await Promise.all(PACKAGES.map((name) => packedSize(join(ROOT, 'packages', name))));
    const installed = {
      'nomyo-js': [packed.reduce((total, size) => total + size, 0)],
      openai: [await packedSize(join(BENCH, 'node_modules/openai'))],
    };
    const bundle = (code: string): ReturnType<typeof bundleSize> => bundleSize(workshop.path('bundle'), code);
    const client = await bundle(CLIENT);
    const adapter = await bundle(`${CLIENT} export { createSecureFetch } from 'nomyo-js/fetch';`);
    const openai = await bundle(`export { OpenAI } from 'openai';`);
    return together([
      beside('install', 'installed, kB', installed),
      beside('bundle', 'bundle, kB', { 'nomyo-js': [client.initial], openai: [openai.initial] }),
      {
        figures: { 'bundle-adapter': [adapter.initial / ADAPTER_GOAL] },
        tables: [
          list('bundle of the adapter and the client, kB', {
            'loaded for the first call': [adapter.initial],
            'with all that can be loaded later': [adapter.total],
          }),
        ],
      },
    ]);
  },
};

/** The unpacked size of the package in a directory, in kB, as npm counts it. */
async function packedSize(cwd: string): Promise<number> {
  const shell = process.platform === 'win32';
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd, shell, maxBuffer: 2 ** 24 });
  return kilobytes(stdout, 'unpackedSize');
}

/** In kB, compressed: what a page loads at once, and with everything that comes later. */
async function bundleSize(
  directory: string,
  code: string,
): Promise<Readonly<Record<'initial' | 'total', number>>> {
  const flags = ['--conditions=browser', '--experimental-import-meta-resolve'];
  const args = [...flags, BUNDLER, directory, `entry=${code}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: BENCH });
  return { initial: kilobytes(stdout, 'initial'), total: kilobytes(stdout, 'total') };
}

/** A number of bytes in what a program printed as JSON. */
function kilobytes(json: string, member: string): number {
  const [, bytes = Number.NaN] = new RegExp(`"${member}":\\s*(\\d+)`).exec(json) ?? [];
  return Number(bytes) / 1000;
}
