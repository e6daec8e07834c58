/** The caller's result: the opened answer with `_metadata` (SPEC.md §7), and its facts. */
import { isObject, SecurityError } from '@nomyo/base';
import { decodePayload, type JsonObject } from '@nomyo/crypto';
import type { CallMemory } from './call-memory.js';
import type { Opened, Taken } from './call-runner.js';
import type { ChatCompletion } from '../chat/response-types.js';
import { loadAnswerErrors } from '../load-part.js';
import { summaryOf } from '../observe/summary.js';
import type { Answer, WholeAnswer } from '../protocol.js';

/**
 * Turns an answer into the result of `create()`. It only checks the member that callers rely on without a check,
 * `choices`; everything else is passed on as the service sent it.
 *
 * @throws {APIError} when the service reports a failure, in its own words
 * @throws {SecurityError} `INVALID_PLAINTEXT` when the answer is not a chat completion
 */
export function takeCompletion({ answer, call }: Opened): Taken<ChatCompletion> | Promise<never> {
  const value = answerOf(asWhole(answer), call.payloadId, call.memory);
  if (isChatCompletion(value)) return { value, summary: () => summaryOf(value) };
  return refuse(value, call);
}

async function refuse({ error }: JsonObject, call: Opened['call']): Promise<never> {
  if (error === undefined || error === null) {
    const message = 'the opened answer is not a chat completion: it has no choices';
    throw new SecurityError('INVALID_PLAINTEXT', message);
  }
  const { errorOfAnswer } = await loadAnswerErrors(true);
  throw errorOfAnswer(error, call);
}

function isChatCompletion(answer: JsonObject): answer is JsonObject & ChatCompletion {
  return Array.isArray(answer['choices']);
}

/** Parses an answer and adds `_metadata`, keeping the members of a `_metadata` that it already has. */
export function answerOf(
  { plaintext, facts }: WholeAnswer,
  payloadId: string,
  { locked }: Pick<CallMemory, 'locked'>,
): JsonObject {
  const answer = decodePayload(plaintext);
  const theirs = answer['_metadata'];
  const ours = { payload_id: payloadId, is_encrypted: true, memory_locked: locked, ...facts.metadata };
  // The object has no other owner yet, and copying it would cost more than the rest of this function.
  return Object.assign(answer, { _metadata: isObject(theirs) ? { ...theirs, ...ours } : ours });
}

/** The answer of a call that did not ask for a stream. */
export function asWhole(answer: Answer): WholeAnswer {
  if (answer.kind === 'whole') return answer;
  throw new TypeError('a channel streamed an answer that was not to be streamed');
}
