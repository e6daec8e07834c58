/** Anthropic's Messages API, translated to chat completions, which are what is sealed. */
import type { Translator } from '../dialect.js';
import { messageOf, MessagesWriter } from './answer.js';
import { chatRequestOf } from './request.js';

/** Translates Messages requests, answers and streams. */
export const messages: Translator = {
  read: (body) => ({
    request: chatRequestOf(body),
    isStream: body['stream'] === true,
    answer: (completion) => messageOf(completion, body['stop_sequences']),
    writer: () => new MessagesWriter(body['stop_sequences']),
  }),
};
