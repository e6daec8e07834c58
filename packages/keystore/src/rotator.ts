/** Carries out the decisions of `rotation.ts`: one replacement at a time, a timer, and failures. */
import { currentMoment, NomyoError } from '@nomyo/base';
import type { RotationFailedEvent } from './events.js';
import { KeyStoreError } from './errors.js';
import type { KeyPair } from './key-pair.js';
import { backoffMs, decideRotation, NO_FAILURES, type RotationPolicy } from './rotation.js';

/** What a rotator works on. */
export interface RotatorOptions {
  /** That of the moment. */
  readonly policy: () => RotationPolicy;
  /** The pair in use, once there is one. */
  readonly pair: () => KeyPair | undefined;
  /** Puts another pair into its place. */
  readonly replace: (background: boolean) => Promise<void>;
  /** Makes the next pair ahead of need. */
  readonly prepare: () => Promise<unknown>;
  /** A timer that keeps no process alive. */
  readonly schedule: (fn: () => void, ms: number) => () => void;
  readonly tell: (event: RotationFailedEvent) => void;
}

export class Rotator {
  readonly #options: RotatorOptions;
  #replacement: Promise<void> | undefined;
  #isPreparing = false;
  #failures = NO_FAILURES;
  #cancelTimer: () => void = () => undefined;
  #stopped = false;

  constructor(options: RotatorOptions) {
    this.#options = options;
  }

  /** Replaces the pair; joins a replacement that is under way. A failure is told, and thrown. */
  rotate(background: boolean): Promise<void> {
    this.#replacement ??= this.#attempt(() => this.#options.replace(background)).finally(() => {
      this.#replacement = undefined;
    });
    return this.#replacement;
  }

  /** Replaces the pair if it must not serve as it is. */
  async rotateWhenDue(): Promise<void> {
    const pair = this.#options.pair();
    if (pair !== undefined && this.#decide(pair).action === 'rotate') await this.rotate(false);
  }

  /**
   * Does, in the background, what is to be done by now.
   *
   * @returns what a request has to wait for: the current pair serves no more; it never rejects
   */
  poll(): Promise<void> | undefined {
    const pair = this.#options.pair();
    if (pair === undefined || this.#stopped) return undefined;
    const { action, exhausted, lookAgainInMs } = this.#decide(pair);
    if (action !== 'rotate') {
      this.#sleep(lookAgainInMs);
      if (action === 'prepare') this.#prepare();
      return undefined;
    }
    const replacement = quietly(this.rotate(!exhausted));
    return exhausted ? replacement : undefined;
  }

  /** Another pair is in place. */
  installed(): void {
    this.#failures = NO_FAILURES;
    const pair = this.#options.pair();
    if (pair === undefined || this.#stopped) return;
    this.#sleep(this.#decide(pair).lookAgainInMs);
  }

  /** No timer any more. Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  #prepare(): void {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    void quietly(this.#attempt(this.#options.prepare)).finally(() => {
      this.#isPreparing = false;
    });
  }

  #decide(pair: KeyPair): ReturnType<typeof decideRotation> {
    return decideRotation(pair, this.#options.policy(), this.#failures, currentMoment());
  }

  #sleep(ms: number | undefined): void {
    this.#cancelTimer();
    if (ms === undefined || this.#stopped) return;
    this.#cancelTimer = this.#options.schedule(() => void this.poll(), ms);
  }

  async #attempt(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!this.#stopped) this.#failed(error);
      throw error;
    }
  }

  #failed(error: unknown): void {
    const count = this.#failures.count + 1;
    this.#failures = { count, lastAt: currentMoment().monotonic };
    const retryInMs = backoffMs(this.#options.policy(), count);
    this.#sleep(retryInMs);
    const code = error instanceof NomyoError ? error.code : 'KEY_FILE_UNWRITABLE';
    const path = error instanceof KeyStoreError ? error.path : undefined;
    this.#options.tell({ type: 'rotation-failed', code, path, retryInMs });
  }
}

function quietly(promise: Promise<void>): Promise<void> {
  return promise.catch(() => undefined);
}
