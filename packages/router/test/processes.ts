/** The built commands, each as a process of its own. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';

/** `npx @nomyo/router`, and `nomyo-router`. */
type Program = 'main.js' | 'server/main.js';

export interface RouterProcess {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves once what was printed matches; rejects when the process ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string | null>;
}

export type RunRouter = (
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
  /** Default: where the tests run, and as their user. */
  options?: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'>,
) => RouterProcess;

/** Whatever still runs at the end of a test is killed. */
export function useRouterProcesses(program: Program): RunRouter {
  const main = fileURLToPath(new URL(`../dist/${program}`, import.meta.url));
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  return (args, env = {}, options = {}) => {
    const child = spawn(process.execPath, [main, ...args], {
      ...options,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return watch(child);
  };
}

function watch(child: ChildProcess): RouterProcess {
  let text = '';
  let code: number | string | null | undefined;
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((one) => one());
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      look();
    });
  }
  child.once('close', (exit, signal) => {
    code = exit ?? signal;
    look();
  });
  const until = <T>(get: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const one = (): void => {
        const value = get();
        if (value === undefined && code === undefined) return;
        waiting.delete(one);
        if (value === undefined) reject(new Error(`ended with ${String(code)}: ${text}`));
        else resolve(value);
      };
      waiting.add(one);
      one();
    });
  return {
    child,
    output: () => text,
    printed: (pattern) => until(() => pattern.exec(text) ?? undefined),
    ended: () => until(() => code),
  };
}
