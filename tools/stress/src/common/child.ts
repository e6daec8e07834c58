/** Programs of this tool, each in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Starts a built program; tests start the same one. @param path under `dist`, such as `chaos/router-main.js` */
export function startProgram(
  path: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): ChildProcess {
  return fork(fileURLToPath(new URL(`dist/${path}`, ROOT)), [...args], { execArgv: [...execArgv] });
}

/**
 * The child's next message. The type is the caller's claim: only the program at the other end writes here.
 *
 * @throws when it ends before that
 */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`a child ended (${String(code)})`));
    child.once('close', failed);
    child.once('message', (message: T) => {
      child.off('close', failed);
      resolve(message);
    });
  });
}

/** Resolves when the child has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Ends a child that has said all: a Node 20 whose sockets were reset can spin for good when it ends by itself. */
export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended(child);
}
