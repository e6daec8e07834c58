/** The places where a store keeps its pairs: the one in its options, until the caller moves it to another. */
import * as platform from '#storage';
import type { KeySize, SecureByteContext } from '@nomyo/crypto';
import type { ResolvedOptions } from '../options.js';
import { copyOf } from '../password.js';
import type { PlaceOptions } from './place.js';
import type { RotationPolicy } from '../rotation/rotation.js';
import type { KeyStorage } from './storage.js';

/** A place in use: rotation follows its policy, and writes new pairs to it under its password. */
export interface Home {
  readonly storage: KeyStorage;
  readonly policy: RotationPolicy;
}

/** The settings for the pairs of a home. */
export interface HomeSecrets {
  /** The home owns it from now on. */
  readonly password: SecureByteContext | undefined;
  readonly keySize: KeySize;
  readonly allowsUnprotected: boolean;
}

/** Holds the current home of a store, and makes others. */
export class Homes {
  readonly options: ResolvedOptions;
  #current: Home;

  /** Begins with the home in the store's options. */
  constructor(options: ResolvedOptions) {
    this.options = options;
    const { place, keySize } = options;
    this.#current = this.make(place, { password: this.ownPassword(), keySize, allowsUnprotected: false });
  }

  /** The home of the store now. */
  get current(): Home {
    return this.#current;
  }

  /** Makes `home` the current one, and disposes of the previous one. */
  enter(home: Home): void {
    this.#current.storage.dispose();
    this.#current = home;
  }

  /** Runs `task`. If it fails after the store has moved, the result is `undefined`: the old place no longer matters. */
  async unlessMoved<T>(task: (home: Home) => Promise<T>): Promise<T | undefined> {
    const home = this.#current;
    try {
      return await task(home);
    } catch (error) {
      if (this.#current !== home) return undefined;
      throw error;
    }
  }

  /** Makes a home, without entering it. */
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

  /** Disposes of the current home, and wipes the password in the options, of which homes have copies. */
  dispose(): void {
    this.#current.storage.dispose();
    this.options.password?.dispose();
  }
}
