/** An answer's facts, read from bytes that never become one string. */
import { selectNumber } from '@nomyo/crypto';
import { textAt } from '../call/text-at.js';
import type { AnswerSummary } from './observer.js';
import { tokenCount } from './summary.js';

/** Most answers (`n`) whose finish reasons are read. */
const MAX_CHOICES = 128;

/** Longest name, in bytes. */
const MAX_NAME = 256;

/** Like `summaryOf`, for `createRaw()`. */
export function summaryOfBytes(json: Uint8Array): AnswerSummary {
  return {
    id: textAt(json, ['id'], MAX_NAME),
    model: textAt(json, ['model'], MAX_NAME),
    finishReasons: finishReasonsOf(json),
    inputTokens: tokenCount(selectNumber(json, ['usage', 'prompt_tokens'])),
    outputTokens: tokenCount(selectNumber(json, ['usage', 'completion_tokens'])),
  };
}

function finishReasonsOf(json: Uint8Array): readonly string[] {
  const reasons: string[] = [];
  for (let index = 0; index < MAX_CHOICES; index += 1) {
    const reason = textAt(json, ['choices', index, 'finish_reason'], MAX_NAME);
    if (reason === undefined) break;
    reasons.push(reason);
  }
  return reasons;
}
