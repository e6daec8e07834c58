import * as remembered from '#remembered';
import { anInteger, anObject, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import { checkPlace } from './options.js';
import type { SeenConfiguration, SeenConfigurations } from './seen-configurations.js';

/** Options of {@link openSeenConfigurations}. */
export interface SeenConfigurationsOptions {
  /** Directory of the file `seen_configurations`, mode 0600. Default: `client_keys` on Node. `null`: memory. */
  readonly keyDir?: string | null | undefined;
  /** Browsers only: in the database of the origin, where all its tabs share it. */
  readonly keyStorage?: 'indexeddb' | undefined;
}

const anEpoch = anInteger(0, 2 ** 32 - 1);
const aTime = anInteger(0, Number.MAX_SAFE_INTEGER);

/**
 * Touches no disk. All processes that use one directory share what is remembered in it.
 *
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 * @example
 * const seen = openSeenConfigurations({ keyDir: 'client_keys' });
 * const { epoch } = await seen.raise('api.nomyo.ai', { epoch: 3, issuedAt: 1_795_900_000 }, signal);
 * if (epoch > 3) throw new Error('an older configuration');
 */
export function openSeenConfigurations(options: SeenConfigurationsOptions = {}): SeenConfigurations {
  refuseUnknown(anObject('options', options), ['keyDir', 'keyStorage']);
  const seen = remembered.openSeenConfigurations(checkPlace(options));
  return {
    recall: async (realm) => seen.recall(checkRealm(realm)),
    raise: async (realm, next, signal) => seen.raise(checkRealm(realm), checkSeen(next), signal),
  };
}

function checkRealm(realm: unknown): string {
  if (typeof realm === 'string' && /^\p{ASCII}{1,255}$/u.test(realm)) return realm;
  throw new InvalidArgumentError('realm', 'must be 1 to 255 ASCII characters');
}

function checkSeen({ epoch, issuedAt }: SeenConfiguration): SeenConfiguration {
  return { epoch: anEpoch('epoch', epoch), issuedAt: aTime('issuedAt', issuedAt) };
}
