/** A map elsewhere can be away: then nothing runs, and what ran is not undone. */
import type { Entered } from '@nomyo/protocol-v2';
import { clearClassOf, protocolError } from '../protocol/port.js';
import { MapLost, type ReplayMap } from './replay-map.js';

export function guarded(map: ReplayMap, onTrouble: (message: string) => void): ReplayMap {
  return {
    async enter(mapKey, fingerprint, now): Promise<Entered> {
      try {
        return await map.enter(mapKey, fingerprint, now);
      } catch (error) {
        // A full map and a lost one have said what there is to say.
        if (clearClassOf(error) !== undefined || error instanceof MapLost) throw error;
        onTrouble('the replay map is away: nothing is run without it');
        throw protocolError('unavailable');
      }
    },
    async finish(mapKey, answer, now): Promise<void> {
      try {
        await map.finish(mapKey, answer, now);
      } catch {
        // The entry stays: a resend is told that it was received before.
        onTrouble('the replay map is away: an answer could not be kept');
      }
    },
    close: () => map.close(),
  };
}
