/** While the router is unavailable, or asks for a pause, no line is sent. */
import { sleep } from '@nomyo/base';

/** Says how long to wait before the next line. */
export class Gate {
  #until = 0;

  /** @param now in ms, of a clock that only goes forward */
  closeFor(ms: number, now: number): void {
    this.#until = Math.max(this.#until, now + ms);
  }

  /** @throws the signal's reason */
  async pass(signal: AbortSignal): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) await sleep(left, signal);
    signal.throwIfAborted();
  }

  #left(): number {
    return Math.ceil(this.#until - performance.now());
  }
}
