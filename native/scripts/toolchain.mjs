// What the build scripts share.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageDir = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const require = createRequire(import.meta.url);

/**
 * Where this node's own headers are, when its installation has them: nothing is downloaded then.
 * undefined lets node-gyp find or fetch them.
 */
export function headersDir() {
  const prefix = resolve(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include/node/node.h')) ? prefix : undefined;
}

/** Runs a program with its output on ours; ends this process when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: packageDir,
    stdio: 'inherit',
    ...options,
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

export function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}
