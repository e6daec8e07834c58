/** `replays`: steps against one map, in order. */
import { utf8Encode } from '@nomyo/base';
import { MemoryReplayMap } from '../../src/replay/replay-map.js';
import { firstDifference } from './compare.js';
import type { Case } from './file.js';
import { openRequest } from './requests.js';
import type { Keys } from './shared.js';

/** A checker of one file's steps. */
export function replayChecker(keys: Keys): (vector: Case) => Promise<string | undefined> {
  const map = new MemoryReplayMap();
  return async (vector) => {
    const { opened } = await openRequest(vector, keys, Number.MAX_SAFE_INTEGER);
    opened.dispose();
    const now = vector.number('now');
    const { kind } = await map.enter(opened.mapKey, opened.fingerprint, now);
    const then = vector.text('then');
    if (kind === 'new' && then.startsWith('run')) {
      await map.finish(opened.mapKey, then === 'run, answer kept' ? utf8Encode('sealed') : undefined, now);
    }
    return firstDifference({ expect: vector.text('expect') }, { expect: kind });
  };
}
