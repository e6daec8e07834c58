import type { KeySource } from '@nomyo/crypto';
import { DisposedError, type Moment } from '@nomyo/base';
import type { PairInUse } from './rotation.js';
import type { OwnedKeys, StoredPair } from './storage.js';

/** The right to use a pair until {@link KeyLease.release}: an answer opens with the pair its request was sent with. */
export interface KeyLease {
  /** The pair. */
  readonly keys: KeySource;
  /** Gives it back. Idempotent. */
  release(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A pair in use, with a count of its leases: it is disposed of when it was retired and the last lease has ended. */
export class KeyPair implements PairInUse {
  readonly createdAt: number;
  readonly taken: Moment;
  readonly #keys: OwnedKeys;
  /** How often it was leased. */
  served = 0;
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

  /** @throws {DisposedError} after {@link retire} */
  lease(): KeyLease {
    if (this.#retired) throw new DisposedError('KeyPair');
    this.served += 1;
    this.#leases += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#leases -= 1;
      if (this.#retired && this.#leases === 0) this.#keys.dispose();
    };
    return { keys: this.#keys, release, [Symbol.dispose]: release };
  }

  /** No lease any more; the keys are disposed of when the last one has ended. */
  retire(): void {
    this.#retired = true;
    if (this.#leases === 0) this.#keys.dispose();
  }
}
