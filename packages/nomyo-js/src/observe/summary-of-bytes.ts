/** What an answer says of itself, read from bytes that never become a string as a whole. */
import { selectNumber, selectText } from '@nomyo/crypto';
import type { AnswerSummary } from './observer.js';
import { tokenCount } from './summary.js';

/** Most answers (`n`) whose finish reasons are looked at. */
const MAX_CHOICES = 128;

/** The same as `summaryOf`, for `createRaw()`. */
export function summaryOfBytes(json: Uint8Array): AnswerSummary {
  return {
    id: textAt(json, ['id']),
    model: textAt(json, ['model']),
    finishReasons: finishReasonsOf(json),
    inputTokens: tokenCount(selectNumber(json, ['usage', 'prompt_tokens'])),
    outputTokens: tokenCount(selectNumber(json, ['usage', 'completion_tokens'])),
  };
}

function finishReasonsOf(json: Uint8Array): readonly string[] {
  const reasons: string[] = [];
  for (let index = 0; index < MAX_CHOICES; index += 1) {
    const reason = textAt(json, ['choices', index, 'finish_reason']);
    if (reason === undefined) break;
    reasons.push(reason);
  }
  return reasons;
}

/** A name, which is short. */
function textAt(json: Uint8Array, path: readonly (string | number)[]): string | undefined {
  return selectText(json, path)?.use((bytes) =>
    bytes.byteLength > 256 ? undefined : new TextDecoder().decode(bytes),
  );
}
