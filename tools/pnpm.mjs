// pnpm for the scripts beside this file: in the version that package.json names, and with turbo's settings.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not `import.meta.dirname`: a Node that is too old must get as far as being told so.
export const root = fileURLToPath(new URL('..', import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const environment = {
  ...process.env,
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  // A result holds for one platform and one version of Node: part of what turbo remembers it under.
  NOMYO_PLATFORM: `${process.platform}-${process.arch}-${process.version}`,
};

/** Runs pnpm in the version of package.json, and says whether it succeeded. */
export const pnpm = (args, options) => pnpmStatus(args, options) === 0;

/** The same, with its exit code. Quiet: what it prints is shown only when it fails. */
export function pnpmStatus(args, { quiet = false } = {}) {
  const npm = process.env.npm_execpath ?? '';
  const npx = join(dirname(npm), 'npx-cli.js');
  const [file, ...first] = existsSync(npx) ? [process.execPath, npx] : ['npx'];
  const run = spawnSync(file, [...first, '--yes', manifest.packageManager, ...args], {
    cwd: root,
    env: environment,
    // npx is a script with another name on Windows.
    shell: first.length === 0 && process.platform === 'win32',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
    encoding: 'utf8',
  });
  if (run.error) console.error(run.error.message);
  if (quiet && run.status !== 0) console.error(`${run.stdout ?? ''}${run.stderr ?? ''}`);
  return run.status ?? 1;
}
