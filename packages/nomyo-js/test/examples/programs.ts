/** The examples as their readers start them: compiled by tsc, with the built packages, in processes of their own. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { later } from '../support.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** @throws {Error} with the compiler's words */
export function compileExamples(): string {
  const tsc = createRequire(join(PACKAGE, 'package.json')).resolve('typescript/bin/tsc');
  const outDir = join(PACKAGE, 'examples', 'dist');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'examples'], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
  return outDir;
}

/** A program under way. */
export interface Program {
  readonly process: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves when it has printed this. */
  printed(text: string): Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** Killed at the end of the test, if it still runs. */
export function start(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: PACKAGE,
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  later(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    pid: child.pid ?? -1,
    output: () => output,
    printed: (text) =>
      waitFor(
        () => output.includes(text),
        ended,
        () => `it printed ${output}`,
      ),
    ended,
  };
}

async function waitFor(isTrue: () => boolean, ended: Promise<unknown>, why: () => string): Promise<void> {
  const over = ended.then(() => true);
  while (!isTrue()) {
    const pause = new Promise<false>((resolve) => setTimeout(resolve, 20, false));
    if (await Promise.race([over, pause])) throw new Error(`the program has ended: ${why()}`);
  }
}
