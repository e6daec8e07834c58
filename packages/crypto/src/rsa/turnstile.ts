import type { AbortSignalLike } from '../abort.js';

/** A few equal resources, each used by one at a time; who comes when all are taken waits in line. */
export class Turnstile<T> {
  readonly #idle: T[];
  readonly #waiting: ((resource: T | undefined) => void)[] = [];

  constructor(resources: readonly T[]) {
    this.#idle = [...resources];
  }

  /** One resource more. */
  add(resource: T): void {
    this.#giveBack(resource);
  }

  /**
   * Runs `task` with a resource of its own.
   *
   * @throws the signal's reason when it is aborted before the task's turn has come
   */
  async run<R>(task: (resource: T) => Promise<R>, signal?: AbortSignalLike): Promise<R> {
    signal?.throwIfAborted();
    const resource = this.#idle.pop() ?? (await this.#turn(signal));
    try {
      return await task(resource);
    } finally {
      this.#giveBack(resource);
    }
  }

  async #turn(signal: AbortSignalLike | undefined): Promise<T> {
    let call: (resource: T | undefined) => void = () => undefined;
    const called = new Promise<T | undefined>((resolve) => (call = resolve));
    const aborted = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(call), 1);
      call(undefined);
    };
    signal?.addEventListener('abort', aborted, { once: true });
    this.#waiting.push(call);
    const resource = await called;
    signal?.removeEventListener('abort', aborted);
    if (resource !== undefined) return resource;
    signal?.throwIfAborted();
    throw new TypeError('a turn was given up without an abort');
  }

  #giveBack(resource: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(resource);
    else next(resource);
  }
}
