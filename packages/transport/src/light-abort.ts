/** An `AbortController` without its weight. */
import type { AbortSignalLike } from './abort.js';

/**
 * Controller and signal in one, of plain objects, for one call and the code of this SDK. One of Node's own stays in
 * memory until the old generation is collected, and takes several times as long to make and to listen to.
 */
export class LightAbortController implements AbortSignalLike {
  #listeners: readonly (() => void)[] = [];
  #ended: { readonly reason: unknown } | undefined;
  #real: AbortController | undefined;

  get signal(): this {
    return this;
  }

  get aborted(): boolean {
    return this.#ended !== undefined;
  }

  get reason(): unknown {
    return this.#ended?.reason;
  }

  throwIfAborted(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /** Each listener hears it once. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Only the first reason counts. */
  abort(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#real?.abort(reason);
    for (const listener of this.#listeners) if (this.#listeners.includes(listener)) listener();
  }

  /** A real signal that follows this one, for code of somebody else's; made when it is first asked for. */
  toAbortSignal(): AbortSignal {
    if (this.#real === undefined) {
      this.#real = new AbortController();
      if (this.#ended !== undefined) this.#real.abort(this.#ended.reason);
    }
    return this.#real.signal;
  }
}
