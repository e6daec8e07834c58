/** What a caller gets: the opened answer with `_metadata` (SPEC.md §7). */
import { decodePayload, SUITE, type JsonObject } from '@nomyo/crypto';
import { isObject } from '@nomyo/base';
import type { OpenedAnswer } from './secure-channel.js';

/** The answer as an object; members of a `_metadata` that it already has are kept. */
export function answerOf(
  { plaintext, processedAt, memoryLocked }: OpenedAnswer,
  payloadId: string,
): JsonObject {
  const answer = decodePayload(plaintext);
  const theirs = answer['_metadata'];
  const always = {
    payload_id: payloadId,
    is_encrypted: true,
    encryption_algorithm: SUITE.algorithm,
    memory_locked: memoryLocked,
  };
  const ours = processedAt === undefined ? always : { ...always, processed_at: processedAt };
  // Nobody else has the object yet, and a copy of it costs more than the rest of this function.
  return Object.assign(answer, { _metadata: isObject(theirs) ? { ...theirs, ...ours } : ours });
}
