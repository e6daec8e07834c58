import type { KeyStoreEvent } from './events.js';
import type { StoredPair } from './storage/storage.js';

/**
 * The event for a pair that was put in place.
 *
 * @param previous fingerprint of the pair before it, if there was one
 */
export function installedEvent(
  { keys, path, origin }: StoredPair,
  previous: string | undefined,
): KeyStoreEvent {
  const fingerprint = keys.publicKey.fingerprint;
  if (previous !== undefined) {
    return { type: 'key-rotated', previous, current: fingerprint, adopted: origin === 'found', path };
  }
  return { type: origin === 'found' ? 'key-loaded' : 'key-generated', fingerprint, path };
}
