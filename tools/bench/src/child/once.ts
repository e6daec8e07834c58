/** Programs that answer once and end. */
import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { isReply } from './channel.js';
import type { ChildOptions } from './child-process.js';

/** What it answered, and when, in ms after it was started. */
export interface Once {
  readonly output: unknown;
  readonly ms: number;
}

const TIMEOUT_MS = 60_000;

/** Starts a program and waits for its one answer and its end. */
export function runOnce(program: URL, args: readonly string[], options: ChildOptions = {}): Promise<Once> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = fork(program, [...args], {
      execArgv: [...(options.nodeArgs ?? [])],
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: TIMEOUT_MS,
    });
    let answer: Once | undefined;
    child.on('message', (message) => {
      const ms = performance.now() - started;
      if (isReply(message) && 'output' in message) answer = { output: message.output, ms };
      if (child.connected) child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (answer === undefined) {
        reject(new Error(`a child process ended (${String(code)}) without an answer`));
      } else resolve(answer);
    });
  });
}
