import { Refusal } from '../http/reply.js';

/**
 * What the client gets for a status of the upstream that is not 200. The upstream's own words are not passed on: they
 * can quote the prompt, and an error is not encrypted.
 *
 * | upstream | client |
 * |---|---|
 * | 429 | 429, with its Retry-After |
 * | 401, 403, 407 | 500: the router's own credentials are wrong, not the client's |
 * | any other 4xx | 400 |
 * | 502, 503, 504 | 503, with its Retry-After |
 * | any other | 500 |
 */
export function refusalOf(status: number, retryAfter: string | undefined): Refusal {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  const said = `the inference backend answered ${String(status)}`;
  if (status === 429) return new Refusal(429, said, headers);
  if ([401, 403, 407].includes(status)) return new Refusal(500, `${said}: the router may not use it`);
  if (status >= 400 && status < 500) return new Refusal(400, said);
  if ([502, 503, 504].includes(status)) return new Refusal(503, said, headers);
  return new Refusal(500, said);
}
