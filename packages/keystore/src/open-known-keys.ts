import * as remembered from '#remembered';
import { anObject, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import { isFingerprint } from './format/known-keys.js';
import type { KnownKeys, NextKnownKey } from './known-keys.js';
import { checkPlace } from './options.js';

/** Options of {@link openKnownKeys}. */
export interface KnownKeysOptions {
  /** Directory of the key pair: the file `known_routers` in it. Default: `client_keys` on Node. `null`: memory. */
  readonly keyDir?: string | null | undefined;
  /** Browsers only: in the database of the origin, where all its tabs share it. */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/**
 * Touches no disk. All processes that use one directory share what is remembered in it.
 *
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 */
export function openKnownKeys(options: KnownKeysOptions = {}): KnownKeys {
  refuseUnknown(anObject('options', options), ['keyDir', 'keyStorage']);
  const known = remembered.openKnownKeys(checkPlace(options));
  return {
    recall: async (name) => known.recall(checkName(name)),
    remember: async (name, next, signal) => known.remember(checkName(name), checkNext(next), signal),
  };
}

/** A name is the first word of a line. */
function checkName(name: unknown): string {
  if (typeof name === 'string' && /^[^\s#]\S*$/.test(name)) return name;
  throw new InvalidArgumentError('name', 'must be a word without white space that does not begin with #');
}

function checkNext(next: NextKnownKey): NextKnownKey {
  if (isFingerprint(next.fingerprint)) return next;
  throw new InvalidArgumentError('fingerprint', 'must be sha256/ and the base64 of 32 bytes');
}
