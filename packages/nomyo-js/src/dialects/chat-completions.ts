/** Chat completions, OpenAI's API of 2023, which most servers and libraries use. Nothing has to be translated. */
import type { Translator } from './dialect.js';

/** Passes everything through. */
export const chatCompletions: Translator = {
  read: (body) => ({
    request: body,
    isStream: body['stream'] === true,
    answer: (completion) => completion,
  }),
};
