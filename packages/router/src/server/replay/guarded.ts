/** Handles an unreachable replay map: new requests are refused, finished ones still answered. */
import type { Entered } from '@nomyo/protocol-v2';
import { clearClassOf, protocolError } from '../protocol/port.js';
import { MapLost, type ReplayMap } from './replay-map.js';

/**
 * The map with errors that clients understand.
 *
 * @param onTrouble hears that the map cannot be reached
 */
export function guarded(map: ReplayMap, onTrouble: (message: string) => void): ReplayMap {
  return {
    async enter(mapKey, fingerprint, now): Promise<Entered> {
      try {
        return await map.enter(mapKey, fingerprint, now);
      } catch (error) {
        // A full or lost map has its own error.
        if (clearClassOf(error) !== undefined || error instanceof MapLost) throw error;
        onTrouble('the replay map is unreachable: requests are refused');
        throw protocolError('unavailable');
      }
    },
    async finish(mapKey, answer, now): Promise<void> {
      try {
        await map.finish(mapKey, answer, now);
      } catch {
        // The entry stays, so a resend gets `replayed`.
        onTrouble('the replay map is unreachable: an answer could not be kept');
      }
    },
    sweep: (now) => map.sweep?.(now),
    close: () => map.close(),
  };
}
