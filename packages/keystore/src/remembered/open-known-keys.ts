import * as remembered from '#remembered';
import { anObject, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import { isFingerprint } from '../format/known-keys.js';
import type { KnownKeys, NextKnownKey } from './known-keys.js';
import { checkPlace } from '../options.js';

/** Options of {@link openKnownKeys}. */
export interface KnownKeysOptions {
  /** Directory of the file `known_routers`. Default: `client_keys` on Node, memory elsewhere. `null`: memory. */
  readonly keyDir?: string | null | undefined;
  /** Browsers only: keeps them in the database of the origin, shared by all its tabs. Default: memory. */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/**
 * Opens the known keys of a directory, which all processes that use it share. This call itself touches no disk.
 *
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 * @example
 * const known = openKnownKeys({ keyDir: 'client_keys' });
 * const fingerprint = await known.recall('https://api.nomyo.ai');
 */
export function openKnownKeys(options: KnownKeysOptions = {}): KnownKeys {
  refuseUnknown(anObject('options', options), ['keyDir', 'keyStorage']);
  const known = remembered.openKnownKeys(checkPlace(options));
  return {
    recall: async (name) => known.recall(checkName(name)),
    remember: async (name, next, signal) => known.remember(checkName(name), checkNext(next), signal),
  };
}

/** Checks a name, which is the first word of a line in the file. */
function checkName(name: unknown): string {
  if (typeof name === 'string' && /^[^\s#]\S*$/.test(name)) return name;
  throw new InvalidArgumentError('name', 'must be a word without white space that does not begin with #');
}

function checkNext(next: NextKnownKey): NextKnownKey {
  if (isFingerprint(next.fingerprint)) return next;
  throw new InvalidArgumentError('fingerprint', 'must be sha256/ followed by the base64 of 32 bytes');
}
