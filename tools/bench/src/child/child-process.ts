import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Role } from './main.js';

/** How a child is started, where it is not as this process was. */
export interface ChildOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly execPath?: string;
}

/** Longest wait for one answer, in ms. */
const TIMEOUT_MS = 240_000;

const PROGRAM = new URL('./main.js', import.meta.url);

type Input<Command> = Command extends (...input: infer I) => unknown ? I : never;
type Output<Command> = Command extends (...input: never) => infer O ? Awaited<O> : never;

/** A process that takes one command after the other; see `main.ts`. */
export class Child<Commands extends object> {
  readonly #process: ChildProcess;
  readonly #ended = new AbortController();

  constructor(role: Role, { env = {}, nodeArgs = [], execPath = process.execPath }: ChildOptions = {}) {
    this.#process = fork(PROGRAM, [role], {
      execPath,
      execArgv: [...nodeArgs],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.once('exit', () => this.#ended.abort(new Error('a child process has ended')));
  }

  /** Gives it what its role works on, and waits until it is ready. */
  async open(order: unknown): Promise<void> {
    await this.#send('open', order);
  }

  /**
   * This is where answers get their types: both ends are one build, and what a command returns is what arrives.
   *
   * @throws what went wrong in the child
   */
  async ask<N extends keyof Commands & string>(
    name: N,
    ...input: Input<Commands[N]>
  ): Promise<Output<Commands[N]>>;
  async ask(name: string, ...input: readonly unknown[]): Promise<unknown> {
    return this.#send(name, ...input);
  }

  stop(): void {
    this.#process.kill();
  }

  async #send(name: string, ...input: readonly unknown[]): Promise<unknown> {
    this.#process.send({ name, input });
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const replies: unknown[] = await once(this.#process, 'message', { signal });
    const reply = replies[0];
    if (isFailure(reply)) throw new Error(reply.error);
    return reply;
  }
}

function isFailure(reply: unknown): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply && typeof reply.error === 'string';
}
