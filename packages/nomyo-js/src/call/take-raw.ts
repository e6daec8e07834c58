/** Turns an answer into the result of `createRaw()`. Loaded with the first call of it. */
import { checkJsonObject, type SecureByteContext } from '@nomyo/crypto';
import { errorOfAnswer } from '@nomyo/transport';
import { asWhole } from './answer.js';
import type { Opened, Taken } from './call-runner.js';
import { summaryOfBytes } from '../observe/summary-of-bytes.js';
import type { AnsweredCall } from './sealed-error.js';
import { textAt } from './text-at.js';

/** The bytes of the JSON, in the memory where they were opened. */
export function takeRaw({ answer, call }: Opened): Taken<SecureByteContext> {
  const { plaintext } = asWhole(answer);
  try {
    plaintext.borrow((json) => {
      checkJsonObject(json);
      refuseErrorBytes(json, call);
    });
    return { value: plaintext, summary: () => plaintext.borrow(summaryOfBytes) };
  } catch (error) {
    plaintext.dispose();
    throw error;
  }
}

/**
 * An error of the service that came under the seal of a good answer. Text is read of what has no choices, and so no
 * answer of a model, alone.
 *
 * @param json checked to be an object
 * @throws {APIError}
 */
function refuseErrorBytes(json: Uint8Array, call: AnsweredCall): void {
  const said = textAt(json, ['error', 'message']) ?? textAt(json, ['error']);
  const isAnswer = [['finish_reason'], ['message', 'role']].some(
    (path) => textAt(json, ['choices', 0, ...path]) !== undefined,
  );
  if (said !== undefined && !isAnswer) throw errorOfAnswer(said, call);
}
