/** Whether an opened answer is a chat completion. Pure. */
import { SecurityError } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import type { ChatCompletion } from './response-types.js';

/**
 * Looks no deeper than callers rely on blindly: `choices` is there. Everything else is the service's word.
 *
 * @throws {SecurityError} `INVALID_PLAINTEXT`
 */
export function asChatCompletion(answer: JsonObject): ChatCompletion {
  if (!isChatCompletion(answer)) {
    throw new SecurityError(
      'INVALID_PLAINTEXT',
      'the opened answer is no chat completion: it has no choices',
    );
  }
  return answer;
}

function isChatCompletion(answer: JsonObject): answer is JsonObject & ChatCompletion {
  return Array.isArray(answer['choices']);
}
