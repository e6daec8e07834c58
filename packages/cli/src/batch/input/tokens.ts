/** How many tokens a request can cost. Pure. */
import type { BatchRequest } from './request.js';

/** The most that one line can cost; `undefined` for an answer of any length. */
export interface TokenBound {
  readonly input: number;
  readonly output: number | undefined;
}

/** Members that bound an answer, in the dialects that a batch speaks. */
const LIMITS = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'] as const;

/** No tokenizer makes more tokens of a text than it has bytes; the names and brackets of the JSON pay for templates. */
export function tokenBound({ body }: BatchRequest, bodyBytes: number): TokenBound {
  const limits = LIMITS.map((name) => body[name]).filter((value) => typeof value === 'number' && value > 0);
  const choices = typeof body['n'] === 'number' && body['n'] > 1 ? body['n'] : 1;
  const [limit] = limits;
  return { input: bodyBytes, output: typeof limit === 'number' ? Math.ceil(limit) * choices : undefined };
}

/** English text has about four bytes a token. For estimates that are shown, never for limits. */
export const BYTES_PER_TOKEN = 4;
