/** Chat completions, OpenAI's API of 2023, which most servers and libraries speak. Nothing has to be translated. */
import type { Members, Translator } from './dialect.js';

/** The last event of a stream. */
const DONE = { data: '[DONE]' } as const;

/** Passes everything through, but for a tier that is `null`. */
export const chatCompletions: Translator = {
  read: (body) => ({
    request: withoutNullTier(body),
    isStream: body['stream'] === true,
    answer: (completion) => completion,
    writer: () => ({
      write: (chunk) => [{ data: JSON.stringify(chunk) }],
      end: () => [DONE],
      fail: (_failure, body) => ({ data: JSON.stringify(body) }),
    }),
  }),
};

/** Libraries write `null` for what is not set. */
function withoutNullTier(body: Members): Members {
  if (body['security_tier'] !== null) return body;
  const { security_tier: _none, ...rest } = body;
  return rest;
}
