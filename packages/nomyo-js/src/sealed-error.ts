/** An error of the service that came under the seal of a good answer: some servers answer 200 with `{"error": …}`. */
import { isObject } from '@nomyo/base';
import { selectText, type JsonObject } from '@nomyo/crypto';
import { errorOfAnswer } from '@nomyo/transport';

/** Which call an answer belongs to. */
interface AnsweredCall {
  readonly payloadId: string;
  /** What no error may show. */
  readonly secrets: readonly string[];
}

/** @throws {APIError} in the service's words, when the answer is an error and nothing else */
export function refuseError(answer: JsonObject, call: AnsweredCall): void {
  if (isError(answer)) throw errorOfAnswer(answer['error'], call);
}

/**
 * The same for an answer that stays bytes. Text is read of what has no choices, and so no answer of a model, alone.
 *
 * @param json checked to be an object
 * @throws {APIError}
 */
export function refuseErrorBytes(json: Uint8Array, call: AnsweredCall): void {
  const said = textAt(json, ['error', 'message']) ?? textAt(json, ['error']);
  const isAnswer = [['finish_reason'], ['message', 'role']].some(
    (path) => textAt(json, ['choices', 0, ...path]) !== undefined,
  );
  if (said !== undefined && !isAnswer) throw errorOfAnswer(said, call);
}

function isError({ error, choices }: JsonObject): boolean {
  return choices === undefined && (isObject(error) || (typeof error === 'string' && error !== ''));
}

function textAt(json: Uint8Array, path: readonly (string | number)[]): string | undefined {
  return selectText(json, path)?.use((bytes) => new TextDecoder().decode(bytes));
}
