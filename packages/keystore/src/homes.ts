/** Where a store keeps its pairs: at the place of its options, until the caller moves it to another. */
import * as platform from '#storage';
import type { KeySize, SecureByteContext } from '@nomyo/crypto';
import type { ResolvedOptions } from './options.js';
import { copyOf } from './password.js';
import type { PlaceOptions } from './place.js';
import type { RotationPolicy } from './rotation.js';
import type { KeyStorage } from './storage.js';

/** A place in use: rotation goes on as its policy says, and writes where its pairs are, under their password. */
export interface Home {
  readonly storage: KeyStorage;
  readonly policy: RotationPolicy;
}

/** What the pairs of a home are made with. */
export interface HomeSecrets {
  /** The home's from now on. */
  readonly password: SecureByteContext | undefined;
  readonly keySize: KeySize;
  readonly allowsUnprotected: boolean;
}

/** The home of a store, and how to make another. */
export class Homes {
  readonly options: ResolvedOptions;
  #current: Home;

  /** Begins with the one of the store's options. */
  constructor(options: ResolvedOptions) {
    this.options = options;
    const { place, keySize } = options;
    this.#current = this.make(place, { password: this.ownPassword(), keySize, allowsUnprotected: false });
  }

  /** Where the store is now. */
  get current(): Home {
    return this.#current;
  }

  /** From now on, `home` is the current one. */
  enter(home: Home): void {
    this.#current.storage.dispose();
    this.#current = home;
  }

  /** `undefined` when the store moved meanwhile: a pair at the old place no longer matters. */
  async unlessMoved<T>(task: (home: Home) => Promise<T>): Promise<T | undefined> {
    const home = this.#current;
    try {
      return await task(home);
    } catch (error) {
      if (this.#current !== home) return undefined;
      throw error;
    }
  }

  /** A home that is not entered yet. */
  make(options: PlaceOptions, secrets: HomeSecrets): Home {
    const { names, memory, poolSize, policyFor } = this.options;
    const place = platform.locate(options, names);
    return {
      storage: place.createStorage({ ...secrets, memory, poolSize }),
      policy: policyFor(place.isShared),
    };
  }

  /** A copy of the password of the store's options. */
  ownPassword(): SecureByteContext | undefined {
    return copyOf(this.options.password, this.options.memory);
  }

  /** Ends the current home, and wipes the password of the options, of which homes have copies. */
  dispose(): void {
    this.#current.storage.dispose();
    this.options.password?.dispose();
  }
}
