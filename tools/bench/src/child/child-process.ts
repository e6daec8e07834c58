import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How a child is started. */
export interface ChildOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** The Node that runs it. Default: this one. */
  readonly execPath?: string;
}

/** Longest wait for one answer, in ms. */
const TIMEOUT_MS = 240_000;

/** A process that takes one command after the other; see {@link serve}. */
export class Child {
  readonly #process: ChildProcess;

  private constructor(program: URL, options: ChildOptions) {
    const { args = [], nodeArgs = [], env = {}, execPath = process.execPath } = options;
    this.#process = fork(program, [...args], {
      execPath,
      execArgv: [...nodeArgs],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** Starts a program and waits until it serves. */
  static async start(program: URL, options: ChildOptions = {}): Promise<Child> {
    const child = new Child(program, options);
    await child.#answer();
    return child;
  }

  /**
   * @param read takes the answer apart
   * @throws what went wrong in the child
   */
  async ask<T>(name: string, input: unknown, read: (output: unknown) => T): Promise<T> {
    this.#process.send({ name, input });
    return read(await this.#answer());
  }

  stop(): void {
    this.#process.kill();
  }

  async #answer(): Promise<unknown> {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(new Error('a child process did not answer')), TIMEOUT_MS);
    const ended = (): void => over.abort(new Error('a child process ended without an answer'));
    this.#process.once('exit', ended);
    try {
      const messages: unknown[] = await once(this.#process, 'message', { signal: over.signal });
      const reply = messages[0];
      if (isFailure(reply)) throw new Error(reply.error);
      return reply;
    } finally {
      clearTimeout(timer);
      this.#process.removeListener('exit', ended);
    }
  }
}

function isFailure(reply: unknown): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply && typeof reply.error === 'string';
}
