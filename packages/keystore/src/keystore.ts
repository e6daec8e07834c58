import { InvalidArgumentError, isObject } from '@nomyo/base';
import type { RsaPrivateKey } from '@nomyo/crypto';
import type { LoadKeyFilesOptions } from './file-options.js';
import type { Home } from './homes.js';
import { homeAt, homeBeside, openHome, type MoveOptions } from './move.js';
import { ServingKeyStore } from './serving-key-store.js';
import type { StoredPair } from './storage.js';

/** A {@link ServingKeyStore} that its caller can move to another place, or give another key. */
export class KeyStore extends ServingKeyStore {
  /**
   * Uses the pair of another place from now on; requests under way keep theirs. A pair that is there and opens with the
   * password is used; where there is none, one is made and stored. Rotation writes to that place, under that password.
   *
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a pair that does not open with this password, and what
   * {@link ready} throws; the store stays where it was
   * @throws {DisposedError} after {@link dispose}
   */
  async moveTo(options: MoveOptions = {}): Promise<void> {
    this.check();
    const home = homeAt(this.homes, options);
    await this.#enter(async () => ({ home, stored: await openHome(home, this.signal) }));
    await this.rotateWhenDue();
  }

  /**
   * Uses the private key in this file from now on; requests under way keep theirs. It counts as made now, and rotation
   * writes `private_key.pem` and `public_key.pem` into its directory (or `rotationDir`), under its password.
   *
   * @throws {InvalidArgumentError} on a wrong value or an unknown name
   * @throws {KeyStoreError} when the file cannot be used; the store stays where it was
   * @throws {DisposedError} after {@link dispose}
   */
  async loadFrom(files: LoadKeyFilesOptions): Promise<void> {
    this.check();
    await this.#enter(() => homeBeside(this.homes, files));
  }

  /**
   * Uses this key from now on; requests under way keep theirs. It counts as made now, and is replaced like any other:
   * set `rotationInterval: 0` to keep it.
   *
   * @param privateKey the store's from now on: it disposes of it after its last request
   * @throws {InvalidArgumentError} when it is no {@link RsaPrivateKey}
   * @throws {DisposedError} after {@link dispose}
   */
  useKey(privateKey: RsaPrivateKey): void {
    this.check();
    const isKey = isObject(privateKey) && isObject(privateKey.publicKey);
    if (!isKey || typeof privateKey.unwrap !== 'function' || typeof privateKey.dispose !== 'function') {
      throw new InvalidArgumentError('privateKey', 'must be an RsaPrivateKey');
    }
    this.install({ keys: privateKey, createdAt: Date.now(), path: undefined, origin: 'found' });
  }

  /** Moves, one after the other; calls that acquire a pair meanwhile wait, and get the new one. */
  #enter(task: () => Promise<{ home: Home; stored: StoredPair }>): Promise<void> {
    return this.opening(async (before) => {
      await before?.catch(() => undefined);
      const { home, stored } = await task();
      if (this.signal.aborted) {
        stored.keys.dispose();
        home.storage.dispose();
        this.check();
      }
      this.homes.enter(home);
      this.install(stored);
    });
  }
}
