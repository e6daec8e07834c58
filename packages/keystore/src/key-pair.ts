import type { KeySource } from '@nomyo/crypto';
import { DisposedError, type AbortSignalLike, type Moment } from '@nomyo/base';
import type { TakenPair } from './rotation/rotation.js';
import type { OwnedKeys, StoredPair } from './storage/storage.js';

/**
 * The right to use a pair until {@link KeyLease.release}: an answer is opened with the pair its request was sent with.
 */
export interface KeyLease {
  /** The pair. Unless `unwrap` is given a signal, it follows the one that the lease was acquired with. */
  readonly keys: KeySource;
  /** Returns the pair. Idempotent. */
  release(): void;
  /** {@link release}, for `using`. */
  [Symbol.dispose](): void;
}

/** A pair in use, with a count of its leases. It is disposed of once it is retired and its last lease has ended. */
export class KeyPair implements TakenPair {
  readonly createdAt: number;
  readonly taken: Moment;
  readonly #keys: OwnedKeys;
  #leases = 0;
  #retired = false;

  constructor({ keys, createdAt }: Pick<StoredPair, 'keys' | 'createdAt'>, taken: Moment) {
    this.#keys = keys;
    this.createdAt = createdAt;
    this.taken = taken;
  }

  get fingerprint(): string {
    return this.#keys.publicKey.fingerprint;
  }

  /**
   * Leases the pair.
   *
   * @param signal ends the waits of the leased keys
   * @throws {DisposedError} after {@link retire}
   */
  lease(signal?: AbortSignalLike): KeyLease {
    if (this.#retired) throw new DisposedError('KeyPair');
    this.#leases += 1;
    let held = true;
    const own = this.#keys;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#leases -= 1;
      if (this.#retired && this.#leases === 0) this.#keys.dispose();
    };
    const keys: KeySource = {
      publicKey: own.publicKey,
      get locked() {
        return own.locked ?? false;
      },
      unwrap: (wrapped, other, memory) => own.unwrap(wrapped, other ?? signal, memory),
    };
    return { keys, release, [Symbol.dispose]: release };
  }

  /** Allows no more leases; the keys are disposed of when the last one has ended. */
  retire(): void {
    this.#retired = true;
    if (this.#leases === 0) this.#keys.dispose();
  }
}
