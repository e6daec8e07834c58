import type { KeyStoreEvent } from './events.js';
import type { StoredPair } from './storage.js';

/**
 * What happened when a pair was put in place.
 *
 * @param previous fingerprint of the pair before it
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
