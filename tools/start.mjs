// node tools/start.mjs MEMBER [ARGUMENT …] builds a member of the workspace with all it needs, then runs its `start` script.
import { pnpm, pnpmStatus } from './pnpm.mjs';

const [member, ...args] = process.argv.slice(2);

function start() {
  if (member === undefined) {
    console.error('usage: node tools/start.mjs MEMBER [ARGUMENT …]');
    return 2;
  }
  const build = ['exec', 'turbo', 'run', 'build', `--filter=${member}`, '--output-logs=errors-only'];
  return pnpm(build) ? pnpmStatus(['--silent', '--filter', member, 'start', ...args]) : 1;
}

process.exitCode = start();
