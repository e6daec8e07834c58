import { InvalidArgumentError, isObject } from '@nomyo/base';
import type { RsaPrivateKey } from '@nomyo/crypto';
import type { LoadKeyFilesOptions } from './key-files/file-options.js';
import type { Home } from './storage/homes.js';
import { homeAt, homeBeside, openHome, type MoveOptions } from './move.js';
import { ServingKeyStore } from './serving-key-store.js';
import type { StoredPair } from './storage/storage.js';

/** A {@link ServingKeyStore} that its caller can move to another place, or give another key. */
export class KeyStore extends ServingKeyStore {
  /**
   * Moves the store to another place; requests under way keep their pair. A pair at that place is used if the password
   * opens it; if there is none, one is made and stored. Rotation then writes to that place, under that password.
   *
   * @throws {InvalidArgumentError} on an invalid value or an unknown option
   * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a pair that the password does not open; otherwise as
   * {@link ready} does. The store then stays where it was.
   * @throws {DisposedError} after {@link dispose}
   * @example
   * await store.moveTo({ keyDir: 'other_keys', password });
   */
  async moveTo(options: MoveOptions = {}): Promise<void> {
    this.check();
    const home = homeAt(this.homes, options);
    await this.#enter(async () => ({ home, stored: await openHome(home, this.signal) }));
    await this.rotateWhenDue();
  }

  /**
   * Uses the private key in a file from now on; requests under way keep theirs. The key counts as made now, and
   * rotation writes `private_key.pem` and `public_key.pem` into its directory (or `rotationDir`), under its password.
   *
   * @throws {InvalidArgumentError} on an invalid value or an unknown option
   * @throws {KeyStoreError} when the file cannot be used; the store then stays where it was
   * @throws {DisposedError} after {@link dispose}
   * @example
   * await store.loadFrom({ privateKeyPath: 'old_keys/private_key.pem', password });
   */
  async loadFrom(files: LoadKeyFilesOptions): Promise<void> {
    this.check();
    await this.#enter(() => homeBeside(this.homes, files));
  }

  /**
   * Uses a key from now on; requests under way keep theirs. The key counts as made now, and is replaced like any other:
   * set `rotationInterval: 0` to keep it.
   *
   * @param privateKey owned by the store from now on, which disposes of it after its last request
   * @throws {InvalidArgumentError} when it is not an {@link RsaPrivateKey}
   * @throws {DisposedError} after {@link dispose}
   * @example
   * store.useKey(await loadKeyFiles({ privateKeyPath }));
   */
  useKey(privateKey: RsaPrivateKey): void {
    this.check();
    const isKey = isObject(privateKey) && isObject(privateKey.publicKey);
    if (!isKey || typeof privateKey.unwrap !== 'function' || typeof privateKey.dispose !== 'function') {
      throw new InvalidArgumentError('privateKey', 'must be an RsaPrivateKey');
    }
    this.install({ keys: privateKey, createdAt: Date.now(), path: undefined, origin: 'found' });
  }

  /** Runs moves one after the other; calls that acquire a pair in the meantime wait, and get the new one. */
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
