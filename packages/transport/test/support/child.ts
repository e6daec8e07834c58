import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The exit of a process, and its output. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that hangs fails its test, and does not stay behind. */
const MAX_CHILD_MS = 45_000;

const packageDir = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `test/children/NAME`, which uses the built package, to its end. */
export function runChild(name: string, input: unknown, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  if (!existsSync(`${packageDir}dist/node/index.js`)) throw new Error('build the package first');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${packageDir}test/children/${name}`, JSON.stringify(input)], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: MAX_CHILD_MS,
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...output }));
  });
}
