import { loadPart } from '@nomyo/transport';
import type * as answerErrors from './answer-errors.js';

export { loadPart } from '@nomyo/transport';

/** What makes an error of an answer to a request that may have been run, or not. */
export function loadAnswerErrors(possiblyExecuted: boolean): Promise<typeof answerErrors> {
  return loadPart(() => import('./answer-errors.js'), possiblyExecuted);
}
