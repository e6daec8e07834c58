/** Whether an opened answer is a chat completion. Pure. */
import { SecurityError } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import { errorOfAnswer, type AnsweredRequest } from '@nomyo/transport';
import type { ChatCompletion } from './response-types.js';

/**
 * Looks no deeper than callers rely on blindly: `choices` is there. Everything else is the service's word.
 *
 * @throws {APIError} when the service says that it failed, in its words
 * @throws {SecurityError} `INVALID_PLAINTEXT`
 */
export function asChatCompletion(answer: JsonObject, request: AnsweredRequest = {}): ChatCompletion {
  if (isChatCompletion(answer)) return answer;
  const { error } = answer;
  if (error !== undefined && error !== null) throw errorOfAnswer(error, request);
  throw new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no chat completion: it has no choices');
}

function isChatCompletion(answer: JsonObject): answer is JsonObject & ChatCompletion {
  return Array.isArray(answer['choices']);
}
