/** Carries out the decisions of `rotation.ts`: one replacement at a time, a timer, and failures. */
import { currentMoment, NomyoError } from '@nomyo/base';
import type { RotationFailedEvent } from '../events.js';
import { KeyStoreError } from '../errors.js';
import {
  backoffMs,
  calmOf,
  decideRotation,
  NO_FAILURES,
  type Calm,
  type RotationDecision,
  type RotationPolicy,
  type TakenPair,
} from './rotation.js';

/** Options of {@link Rotator}. */
export interface RotatorOptions {
  /** Replaces the pair in use. */
  readonly replace: (background: boolean) => Promise<void>;
  /** Makes the next pair in advance. */
  readonly prepare: () => Promise<unknown>;
  /** A timer that keeps no process alive. */
  readonly schedule: (fn: () => void, ms: number) => () => void;
  readonly tell: (event: RotationFailedEvent) => void;
}

/** A pair in use, and the policy of the place it came from. */
interface Serving {
  readonly pair: TakenPair;
  readonly policy: RotationPolicy;
  readonly calm: Calm;
}

/** Keeps one pair in use, and replaces it when it is due. */
export class Rotator {
  readonly #options: RotatorOptions;
  #replacement: Promise<void> | undefined;
  #isPreparing = false;
  #failures = NO_FAILURES;
  /** `undefined` before the first pair, and after {@link stop}. */
  #serving: Serving | undefined;
  /** Number of requests admitted with the current pair. */
  #served = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: RotatorOptions) {
    this.#options = options;
  }

  /** Replaces the pair, or joins a replacement that is under way. A failure is both reported as an event and thrown. */
  rotate(background: boolean): Promise<void> {
    this.#replacement ??= this.#attempt(() => this.#options.replace(background)).finally(() => {
      this.#replacement = undefined;
    });
    return this.#replacement;
  }

  /** Replaces the pair if it is due. */
  async rotateWhenDue(): Promise<void> {
    if (this.#decide()?.action === 'rotate') await this.rotate(false);
  }

  /**
   * Admits one more request, which is counted, unless the pair is exhausted. Any action that is due by now is started
   * in the background.
   *
   * @returns `undefined` when the request is admitted; otherwise a promise, which never rejects, to wait for before
   *   asking again
   */
  admit(): Promise<void> | undefined {
    const calm = this.#serving?.calm;
    const isCalm =
      calm !== undefined &&
      this.#served < calm.served &&
      performance.now() < calm.monotonic &&
      Date.now() < calm.wall;
    const replacement = isCalm ? undefined : this.#act();
    if (replacement === undefined) this.#served += 1;
    return replacement;
  }

  #act(): Promise<void> | undefined {
    const decision = this.#decide();
    if (decision === undefined || decision.action === 'keep') return undefined;
    if (decision.action === 'prepare') {
      this.#prepare();
      return undefined;
    }
    const replacement = quietly(this.rotate(!decision.exhausted));
    return decision.exhausted ? replacement : undefined;
  }

  /** Called when another pair is in place. */
  installed(pair: TakenPair, policy: RotationPolicy): void {
    this.#failures = NO_FAILURES;
    this.#serving = { pair, policy, calm: calmOf(pair, policy) };
    this.#served = 0;
    this.#sleep(this.#decide()?.lookAgainInMs);
  }

  /** Stops the timer, and all rotation. Idempotent. */
  stop(): void {
    this.#serving = undefined;
    this.#cancelTimer();
  }

  #prepare(): void {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    void quietly(this.#attempt(this.#options.prepare)).finally(() => {
      this.#isPreparing = false;
    });
  }

  #decide(): RotationDecision | undefined {
    if (this.#serving === undefined) return undefined;
    const { pair, policy } = this.#serving;
    return decideRotation({ ...pair, served: this.#served }, policy, this.#failures, currentMoment());
  }

  #sleep(ms: number | undefined): void {
    this.#cancelTimer();
    if (ms !== undefined) this.#cancelTimer = this.#options.schedule(() => this.#wake(), ms);
  }

  #wake(): void {
    this.#sleep(this.#decide()?.lookAgainInMs);
    void this.#act();
  }

  async #attempt(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#serving !== undefined) this.#failed(error, this.#serving.policy);
      throw error;
    }
  }

  #failed(error: unknown, policy: RotationPolicy): void {
    const count = this.#failures.count + 1;
    this.#failures = { count, lastAt: currentMoment().monotonic };
    const retryInMs = backoffMs(policy, count);
    this.#sleep(retryInMs);
    const code = error instanceof NomyoError ? error.code : 'KEY_FILE_UNWRITABLE';
    const path = error instanceof KeyStoreError ? error.path : undefined;
    this.#options.tell({ type: 'rotation-failed', code, path, retryInMs });
  }
}

function quietly(promise: Promise<void>): Promise<void> {
  return promise.catch(() => undefined);
}
