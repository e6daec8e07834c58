/** Ctrl-C: the first one asks the command to end, the second one ends it. */
import { EXIT, Interrupted } from './exit/codes.js';

/**
 * Runs something that may block for ever, such as opening a pipe that nobody writes to. Where this thread blocks, no
 * handler could run; where one of the pool blocks, the process could not exit. So the signal has its default effect.
 */
export function withoutHandlers<T>(signal: NodeJS.Signals, run: () => T): T {
  const restore = removeHandlers(signal);
  try {
    return run();
  } finally {
    restore();
  }
}

/** The same until the promise is settled. */
export async function withoutHandlersUntil<T>(signal: NodeJS.Signals, run: () => Promise<T>): Promise<T> {
  const restore = removeHandlers(signal);
  try {
    return await run();
  } finally {
    restore();
  }
}

function removeHandlers(signal: NodeJS.Signals): () => void {
  const handlers = process.listeners(signal);
  process.removeAllListeners(signal);
  return () => {
    for (const handler of handlers) process.on(signal, handler);
  };
}

/** The listener for SIGINT and SIGTERM. */
export class Signals {
  readonly #controller = new AbortController();
  #handler: ((name: 'SIGINT' | 'SIGTERM') => void) | undefined;
  #count = 0;

  constructor() {
    process.on('SIGINT', () => this.#onInterrupt());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Hands SIGINT and SIGTERM to a command that ends by itself. */
  take(handler: (name: 'SIGINT' | 'SIGTERM') => void): void {
    if (this.#handler === undefined) process.on('SIGTERM', () => this.#handler?.('SIGTERM'));
    this.#handler = handler;
  }

  #onInterrupt(): void {
    if (this.#handler !== undefined) {
      this.#handler('SIGINT');
      return;
    }
    this.#count += 1;
    if (this.#count > 1) process.exit(EXIT.interrupted);
    this.#controller.abort(new Interrupted('interrupted'));
  }
}
