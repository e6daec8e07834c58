// node tools/start.mjs MEMBER [ARGUMENT …] builds a member of the workspace with all it needs, then runs its `start` script.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [member, ...args] = process.argv.slice(2);
if (member === undefined) {
  console.error('usage: node tools/start.mjs MEMBER [ARGUMENT …]');
  process.exit(2);
}

/** `pnpm run` says where pnpm is; whoever starts this file by hand has it on the PATH, in the version that is pinned. */
function pnpm(command) {
  const path = process.env.npm_execpath ?? '';
  const [file, ...first] = /pnpm/.test(path) ? [process.execPath, path] : ['npx', '--yes', pinned()];
  const { status } = spawnSync(file, [...first, ...command], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

function pinned() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}

const built = pnpm(['exec', 'turbo', 'run', 'build', `--filter=${member}`, '--output-logs=errors-only']);
process.exitCode = built === 0 ? pnpm(['--silent', '--filter', member, 'start', ...args]) : built;
