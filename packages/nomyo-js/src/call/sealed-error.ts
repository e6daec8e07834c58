/** Errors of the service inside a sealed answer: some servers answer 200 with `{"error": …}`. */
import { isObject } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import { errorOfAnswer } from '@nomyo/transport';

/** The call that an answer belongs to. */
export interface AnsweredCall {
  readonly payloadId: string;
  /** Secrets that no error may show. */
  readonly secrets: readonly string[];
}

/** @throws {APIError} in the service's words, if the answer is nothing but an error */
export function refuseError(answer: JsonObject, call: AnsweredCall): void {
  if (isError(answer)) throw errorOfAnswer(answer['error'], call);
}

function isError({ error, choices }: JsonObject): boolean {
  return choices === undefined && (isObject(error) || (typeof error === 'string' && error !== ''));
}
