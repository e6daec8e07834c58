/** Ctrl-C: the first one asks the command to end, the second one ends it. */
import { EXIT, Interrupted } from './exit/codes.js';

/**
 * Runs something that blocks this process, and no handler could run: the signal does what it does by default.
 */
export function withoutHandlers<T>(signal: NodeJS.Signals, run: () => T): T {
  const handlers = process.listeners(signal);
  process.removeAllListeners(signal);
  try {
    return run();
  } finally {
    for (const handler of handlers) process.on(signal, handler);
  }
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
