import { fork, type ChildProcess } from 'node:child_process';
import { isReply, type Command, type Reply } from './channel.js';

/** How a child is started. */
export interface ChildOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Another Node than this one. */
  readonly execPath?: string;
  /** Arguments of the program. */
  readonly args?: readonly string[];
}

/** Longest wait for one answer, in ms. */
const COMMAND_TIMEOUT_MS = 240_000;

/** A process that takes commands; see {@link serve}. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (output: unknown) => void; reject: (error: Error) => void }
  >();
  #nextId = 1;

  private constructor(program: URL, options: ChildOptions) {
    this.#process = fork(program, [...(options.args ?? [])], {
      execArgv: [...(options.nodeArgs ?? [])],
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      ...(options.execPath === undefined ? {} : { execPath: options.execPath }),
    });
    this.#process.on('message', (message) => this.#settle(message));
    this.#process.once('exit', (code, signal) =>
      this.#fail(`a child process ended (${String(signal ?? code)})`),
    );
    this.#process.once('error', ({ message }) => this.#fail(message));
  }

  /**
   * Starts a program and waits until it serves.
   *
   * @param program compiled, beside this file
   */
  static async start(program: URL, options: ChildOptions = {}): Promise<Child> {
    const child = new Child(program, options);
    await child.#wait(0, 'ready');
    return child;
  }

  /**
   * @param read takes the answer apart
   * @throws what went wrong over there
   */
  async ask<T>(name: string, input: unknown, read: (output: unknown) => T): Promise<T> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#wait(id, name);
    this.#process.send({ id, name, input } satisfies Command);
    return read(await answer);
  }

  stop(): void {
    this.#fail('a child process was stopped');
    this.#process.kill();
  }

  #wait(id: number, name: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#fail(`no answer to ${name} in time`), COMMAND_TIMEOUT_MS);
      const settled =
        <A>(fn: (value: A) => void) =>
        (value: A): void => {
          clearTimeout(late);
          fn(value);
        };
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
    });
  }

  #settle(message: unknown): void {
    if (!isReply(message)) return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    settle(waiting, message);
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }
}

function settle(
  waiting: { resolve: (output: unknown) => void; reject: (error: Error) => void } | undefined,
  reply: Reply,
): void {
  if ('error' in reply) waiting?.reject(new Error(reply.error));
  else waiting?.resolve(reply.output);
}
