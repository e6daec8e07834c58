import { InvalidArgumentError } from '@nomyo/base';
import type { KeyPlace } from '../storage/storage.js';
import { LazyStorage } from './lazy.web.js';

/**
 * The database of this origin, which all its tabs and workers share.
 *
 * @param option name of the option that asks for it, as the caller wrote it
 * @throws {InvalidArgumentError} where IndexedDB or Web Locks are missing, as in edge runtimes and on pages that were
 * not loaded over HTTPS
 */
export function indexedDbPlace(option: string): KeyPlace {
  const hasLocks = 'navigator' in globalThis && 'locks' in globalThis.navigator;
  if (!hasLocks || !('indexedDB' in globalThis)) {
    throw new InvalidArgumentError(option, 'cannot be used: this runtime lacks IndexedDB or Web Locks');
  }
  return {
    isShared: true,
    createStorage: ({ keySize }) => new LazyStorage(keySize),
  };
}
