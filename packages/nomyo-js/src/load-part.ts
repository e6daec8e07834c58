import { loadPart } from '@nomyo/transport';
import type * as answerErrors from './call/answer-errors.js';

export { loadPart } from '@nomyo/transport';

/** Loads the errors of answers to a request that may or may not have been run. */
export function loadAnswerErrors(possiblyExecuted: boolean): Promise<typeof answerErrors> {
  return loadPart(() => import('./call/answer-errors.js'), possiblyExecuted);
}
