/** The facts of an answer in chunks, without its text. Pure. */
import type { AnswerSummary } from './observer.js';
import { summaryOf } from './summary.js';

/** Sums up chunks. The first id and model count, and the last token counts. */
export function summaryOfChunks(): {
  readonly add: (chunk: object) => void;
  readonly summary: () => AnswerSummary;
} {
  let sum = summaryOf({});
  return {
    add: (chunk) => {
      const next = summaryOf({ ...chunk });
      sum = {
        id: sum.id ?? next.id,
        model: sum.model ?? next.model,
        finishReasons: [...sum.finishReasons, ...next.finishReasons],
        inputTokens: next.inputTokens ?? sum.inputTokens,
        outputTokens: next.outputTokens ?? sum.outputTokens,
      };
    },
    summary: () => sum,
  };
}
