/** Fingerprints of keys that are somebody else's, as they were met first: what `known_hosts` is to ssh. */
import { platform } from '#storage';
import { anObject, InvalidArgumentError, refuseUnknown } from '@nomyo/base';
import { isFingerprint } from './format/known-keys.js';
import { checkPlace } from './options.js';

/** Options of {@link openKnownKeys}. */
export interface KnownKeysOptions {
  /** Directory of the key pair: the file `known_routers` in it. Default: `client_keys` on Node. `null`: memory. */
  readonly keyDir?: string | null | undefined;
  /** Browsers only: in the database of the origin, where all its tabs share it. */
  readonly keyStorage?: 'indexeddb' | undefined;
}

/** Remembers one fingerprint for each name. */
export interface KnownKeys {
  /**
   * What is remembered for `name`.
   *
   * @param name one word, such as a URL
   * @throws {KeyStoreError} when it cannot be read, or is damaged: then nothing is known, and nothing is overwritten
   */
  recall(name: string): Promise<string | undefined>;
  /**
   * Remembers `next.fingerprint`, unless something else than `next.replaces` is remembered by now.
   *
   * @param signal ends the wait for other processes; nothing is written afterwards
   * @returns whether it did
   * @throws {KeyStoreError} when it cannot be stored
   */
  remember(name: string, next: NextKnownKey, signal: AbortSignal): Promise<boolean>;
}

/** What is to be remembered. */
export interface NextKnownKey {
  /** `sha256/` and the base64 of the SHA-256 of an SPKI. */
  readonly fingerprint: string;
  /** What {@link KnownKeys.recall} gave before. */
  readonly replaces: string | undefined;
}

/**
 * Touches no disk. All processes that use one directory share what is remembered in it.
 *
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 */
export function openKnownKeys(options: KnownKeysOptions = {}): KnownKeys {
  refuseUnknown(anObject('options', options), ['keyDir', 'keyStorage']);
  const known = platform.locate(checkPlace(options)).openKnownKeys();
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
