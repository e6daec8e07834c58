/** OpenAI's Responses API, stateless, translated to chat completions, which are what is sealed. */
import { synthesize } from '../../stream/synthesize.js';
import type { Translator } from '../dialect.js';
import { ResponsesWriter } from './events.js';
import { chatRequestOf } from './request.js';

/** Translates Responses requests, answers and streams. */
export const responses: Translator = {
  read: (body) => ({
    request: chatRequestOf(body),
    isStream: body['stream'] === true,
    answer: (completion) => {
      const writer = new ResponsesWriter(body);
      for (const chunk of synthesize(completion, { includeUsage: true })) writer.write(chunk);
      writer.end();
      return writer.response(true);
    },
    writer: () => new ResponsesWriter(body),
  }),
};
