/** A map elsewhere can be away: then nothing runs, and what ran is not undone. */
import { ClearError } from '../protocol/port.js';
import type { ReplayKey, ReplayMap, ReplayVerdict } from './replay-map.js';

export function guarded(map: ReplayMap, onTrouble: (message: string) => void): ReplayMap {
  return {
    async enter(key: ReplayKey): Promise<ReplayVerdict> {
      try {
        return await map.enter(key);
      } catch {
        onTrouble('the replay map is away: nothing is run without it');
        throw new ClearError('unavailable');
      }
    },
    async finish(key: ReplayKey, answer: Uint8Array | undefined): Promise<void> {
      try {
        await map.finish(key, answer);
      } catch {
        // The entry stays: a resend is told that it was received before.
        onTrouble('the replay map is away: an answer could not be kept');
      }
    },
    close: () => map.close(),
  };
}
