import * as remembered from '#remembered';
import { anInteger, anObject, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import { checkPlace } from '../options.js';
import type { SeenConfiguration, SeenConfigurations } from './seen-configurations.js';

/** Options of {@link openSeenConfigurations}. */
export interface SeenConfigurationsOptions {
  /** Directory of the file `seen_configurations`. Default: `client_keys` on Node, memory elsewhere. `null`: memory. */
  readonly keyDir?: string | null | undefined;
  /** Browsers only: keeps them in the database of the origin, shared by all its tabs. Default: memory. */
  readonly keyStorage?: 'indexeddb' | undefined;
}

const anEpoch = anInteger(0, 2 ** 32 - 1);
const aTime = anInteger(0, Number.MAX_SAFE_INTEGER);

/**
 * Opens the seen configurations of a directory, which all processes that use it share. This call itself touches no
 * disk.
 *
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
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
