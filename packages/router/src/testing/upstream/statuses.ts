import { Refusal } from '../../v1/reply.js';

/**
 * The client's answer for an upstream status other than 200. The upstream's own words are not passed on: they
 * can quote the prompt, and an error is not encrypted.
 *
 * | upstream | client |
 * |---|---|
 * | 429 | 429, with its Retry-After |
 * | 401, 403, 407 | 500: the router's own credentials are wrong, not the client's |
 * | any other 4xx | 400 |
 * | 504 | 504, with its Retry-After |
 * | 502, 503 | 502, with its Retry-After: 503 would promise that nothing ran, and the request has left the router |
 * | any other | 500 |
 */
export function refusalOf(status: number, retryAfter: string | undefined): Refusal {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  const said = `the inference backend answered ${String(status)}`;
  if (status === 429) return new Refusal(429, said, headers);
  if ([401, 403, 407].includes(status)) return new Refusal(500, `${said}: the router may not use it`);
  if (status >= 400 && status < 500) return new Refusal(400, said);
  if (status === 504) return new Refusal(504, said, headers);
  if ([502, 503].includes(status)) return new Refusal(502, said, headers);
  return new Refusal(500, said);
}
