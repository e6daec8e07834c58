/** What a caller gets: the opened answer with `_metadata` (SPEC.md §7). */
import { isObject } from '@nomyo/base';
import { decodePayload, type JsonObject } from '@nomyo/crypto';
import type { CallMemory } from './call-memory.js';
import type { Answer, WholeAnswer } from './protocol.js';

/** The answer as an object; members of a `_metadata` that it already has are kept. */
export function answerOf(
  { plaintext, facts }: WholeAnswer,
  payloadId: string,
  { locked }: Pick<CallMemory, 'locked'>,
): JsonObject {
  const answer = decodePayload(plaintext);
  const theirs = answer['_metadata'];
  const ours = { payload_id: payloadId, is_encrypted: true, memory_locked: locked, ...facts.metadata };
  // Nobody else has the object yet, and a copy of it costs more than the rest of this function.
  return Object.assign(answer, { _metadata: isObject(theirs) ? { ...theirs, ...ours } : ours });
}

/** Of a call that did not ask for a stream. */
export function asWhole(answer: Answer): WholeAnswer {
  if (answer.kind === 'whole') return answer;
  throw new TypeError('a channel streamed what nobody asked it to stream');
}
