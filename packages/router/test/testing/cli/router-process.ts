import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** The command, as a process of its own. */
export interface RouterProcess {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves with what was printed once it matches; rejects when the process ends without it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string | null>;
}

/** Starts the built command; any that still runs at the end of a test is killed. */
export function useRouterProcesses(): (args: readonly string[], env?: NodeJS.ProcessEnv) => RouterProcess {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  return (args, env = {}) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
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
  let look: () => void = () => undefined;
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
      look = (): void => {
        const value = get();
        if (value !== undefined) resolve(value);
        else if (code !== undefined) reject(new Error(`ended with ${String(code)}: ${text}`));
      };
      look();
    });
  return {
    child,
    output: () => text,
    printed: (pattern) => until(() => pattern.exec(text) ?? undefined),
    ended: () => until(() => code),
  };
}
