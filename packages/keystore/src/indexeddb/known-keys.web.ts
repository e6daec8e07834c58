import { KeyStoreError } from '../errors.js';
import type { KnownKeys, NextKnownKey } from '../remembered/known-keys.js';
import { Database, exclusively, PLACE } from './database.web.js';

/** Known keys of an origin, shared by all its tabs. The database is opened for each operation. */
export class IndexedDbKnownKeys implements KnownKeys {
  async recall(name: string): Promise<string | undefined> {
    const database = new Database();
    try {
      const known = await database.get('known', name);
      if (known === undefined || typeof known === 'string') return known;
      throw new KeyStoreError(
        'KEY_FILE_INVALID',
        PLACE,
        'its entry for a router is damaged. Delete that entry',
      );
    } finally {
      database.close();
    }
  }

  remember(name: string, { fingerprint, replaces }: NextKnownKey, signal: AbortSignal): Promise<boolean> {
    return exclusively(signal, async () => {
      if ((await this.recall(name)) !== replaces) return false;
      const database = new Database();
      try {
        await database.put('known', name, fingerprint);
        return true;
      } finally {
        database.close();
      }
    });
  }
}
