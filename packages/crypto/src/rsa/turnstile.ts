/** A few equal resources, each used by one at a time; who comes when all are taken waits in line. */
export class Turnstile<T> {
  readonly #idle: T[];
  readonly #waiting: ((resource: T) => void)[] = [];

  constructor(resources: readonly T[]) {
    this.#idle = [...resources];
  }

  /**
   * Runs `task` with a resource of its own.
   *
   * @throws the signal's reason when it is aborted before the task's turn has come
   */
  async run<R>(task: (resource: T) => Promise<R>, signal?: AbortSignal): Promise<R> {
    signal?.throwIfAborted();
    const resource = this.#idle.pop() ?? (await this.#turn(signal));
    try {
      return await task(resource);
    } finally {
      this.#giveBack(resource);
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const taken = (resource: T): void => {
        signal?.removeEventListener('abort', aborted);
        resolve(resource);
      };
      const aborted = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(taken), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(taken);
    });
  }

  #giveBack(resource: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(resource);
    else next(resource);
  }
}
