/** An answer's facts, without its text. Pure. */
import { isObject } from '@nomyo/base';
import type { AnswerSummary } from './observer.js';

/** @param answer a chat completion, or a chunk of one, whose members are unchecked */
export function summaryOf(answer: Readonly<Record<string, unknown>>): AnswerSummary {
  const { id, model, choices, usage } = answer;
  const counts = isObject(usage) ? usage : {};
  return {
    id: shortText(id),
    model: shortText(model),
    finishReasons: (Array.isArray(choices) ? choices : []).flatMap(finishReasonOf),
    inputTokens: tokenCount(counts['prompt_tokens']),
    outputTokens: tokenCount(counts['completion_tokens']),
  };
}

function finishReasonOf(choice: unknown): readonly string[] {
  const reason = isObject(choice) ? shortText(choice['finish_reason']) : undefined;
  return reason === undefined ? [] : [reason];
}

/** A name, or `undefined` for anything else, including long texts. */
function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 256 ? value : undefined;
}

/** A count of tokens, or `undefined` for anything else. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
