/** Answers to a client, before they are sealed. */
import type { AnswerHead } from '../protocol/port.js';

/** A whole answer. */
export interface Answer {
  readonly head: AnswerHead;
  readonly body: Uint8Array;
}

/** OpenAI's error types by status. */
const TYPE_OF = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [429, 'rate_limit_error'],
]);

/** SPEC §10.2: a head with status and code, and an OpenAI error object. */
export function errorAnswer(status: number, code: string, message: string, retryAfter?: number): Answer {
  const type = TYPE_OF.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error');
  return {
    head: {
      status,
      contentType: 'application/json',
      code,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
    body: new TextEncoder().encode(JSON.stringify({ error: { message, type, param: null, code } })),
  };
}

/** Thrown to refuse an opened request; sealed in one place. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly answer: Answer;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.answer = errorAnswer(status, code, message, retryAfter);
  }
}
