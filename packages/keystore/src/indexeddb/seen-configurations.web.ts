import { KeyStoreError } from '../errors.js';
import {
  highest,
  type SeenConfiguration,
  type SeenConfigurations,
} from '../remembered/seen-configurations.js';
import { Database, exclusively, PLACE } from './database.web.js';

/** Seen configurations of an origin, shared by all its tabs. The database is opened for each operation. */
export class IndexedDbSeenConfigurations implements SeenConfigurations {
  async recall(realm: string): Promise<SeenConfiguration | undefined> {
    const seen = await inDatabase((database) => database.get('known', keyOf(realm)));
    if (seen === undefined || isSeen(seen)) return seen;
    const message = 'its entry for a realm is damaged. Delete that entry';
    throw new KeyStoreError('KEY_FILE_INVALID', PLACE, message);
  }

  raise(realm: string, seen: SeenConfiguration, signal: AbortSignal): Promise<SeenConfiguration> {
    return exclusively(signal, async () => {
      const next = highest(seen, await this.recall(realm));
      await inDatabase((database) => database.put('known', keyOf(realm), next));
      return next;
    });
  }
}

/** Contains spaces, which names of known keys do not, so the two cannot collide. */
function keyOf(realm: string): string {
  return `configuration of ${realm}`;
}

function isSeen(value: unknown): value is SeenConfiguration {
  if (typeof value !== 'object' || value === null) return false;
  if (!('epoch' in value) || !('issuedAt' in value)) return false;
  return Number.isSafeInteger(value.epoch) && Number.isSafeInteger(value.issuedAt);
}

async function inDatabase<T>(task: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database();
  try {
    return await task(database);
  } finally {
    database.close();
  }
}
