/** Anthropic's Messages API: what is sealed is a chat completion. */
import type { Dialect } from '../dialect.js';
import { anthropicError, messageOf, MessagesWriter } from './answer.js';
import { chatRequestOf } from './request.js';

export const messages: Dialect = {
  read: (body) => ({
    request: chatRequestOf(body),
    isStream: body['stream'] === true,
    answer: (completion) => messageOf(completion, body['stop_sequences']),
    writer: () => new MessagesWriter(body['stop_sequences']),
  }),
  errorBody: anthropicError,
};
