/** An `AbortController` without its weight. */
import type { AbortSignalLike } from './abort.js';

/**
 * Controller and signal in one plain object, for one call and for the code of this SDK alone. Node's own takes several
 * times as long to make and to listen to, and stays in memory until the old generation is collected.
 */
export class LightAbortController implements AbortSignalLike {
  #listeners: readonly (() => void)[] = [];
  #outcome: { readonly reason: unknown } | undefined;
  #real: AbortController | undefined;

  get signal(): this {
    return this;
  }

  get aborted(): boolean {
    return this.#outcome !== undefined;
  }

  get reason(): unknown {
    return this.#outcome?.reason;
  }

  throwIfAborted(): void {
    if (this.#outcome !== undefined) throw this.#outcome.reason;
  }

  /** Each listener is called once at most. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Only the first reason counts. */
  abort(reason: unknown): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = { reason };
    this.#real?.abort(reason);
    for (const listener of this.#listeners) if (this.#listeners.includes(listener)) listener();
  }

  /** A real signal that follows this one, for foreign code. Made when it is first asked for. */
  toAbortSignal(): AbortSignal {
    if (this.#real === undefined) {
      this.#real = new AbortController();
      if (this.#outcome !== undefined) this.#real.abort(this.#outcome.reason);
    }
    return this.#real.signal;
  }
}
