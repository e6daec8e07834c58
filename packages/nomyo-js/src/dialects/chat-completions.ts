/** Chat completions, OpenAI's API of 2023, which most servers and libraries speak. Nothing has to be translated. */
import type { Dialect, FailureText, Members } from './dialect.js';

/** The last event of a stream. */
const DONE = { data: '[DONE]' } as const;

export const chatCompletions: Dialect = {
  read: (body) => ({
    request: withoutNullTier(body),
    isStream: body['stream'] === true,
    answer: (completion) => completion,
    writer: () => ({
      write: (chunk) => [{ data: JSON.stringify(chunk) }],
      end: () => [DONE],
      fail: (failure) => ({ data: JSON.stringify(openAIError(failure)) }),
    }),
  }),
  errorBody: openAIError,
};

/** The shape of errors in OpenAI's APIs. */
export function openAIError({ message, type, code, param }: FailureText): object {
  return { error: { message, type, code, param } };
}

/** Libraries write `null` for what is not set. */
function withoutNullTier(body: Members): Members {
  if (body['security_tier'] !== null) return body;
  const { security_tier: _none, ...rest } = body;
  return rest;
}
