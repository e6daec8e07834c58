import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The exit of a process, and its output. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const packageDir = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `test/children/NAME`, which uses the built package. */
export function runChild(name: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  if (!existsSync(`${packageDir}dist/node/index.js`)) throw new Error('build the package first');
  return run(process.execPath, [`${packageDir}test/children/${name}`, ...args], options);
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...output }));
  });
}

/** Whether openssl is installed: some tests ask it for the truth. */
export async function hasOpenssl(): Promise<boolean> {
  try {
    return (await run('openssl', ['version'])).status === 0;
  } catch {
    return false;
  }
}
