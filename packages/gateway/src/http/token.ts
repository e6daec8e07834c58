/** The bearer token: how it is made, found in a request, and compared in constant time. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { InvalidArgumentError } from '@nomyo/base';

const TOKEN_BYTES = 32;
const MIN_LENGTH = 16;

/** A new token: 43 characters of base64url, but for a `-` in front, which a command line takes for a flag. */
export function makeToken(): string {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return token.startsWith('-') ? makeToken() : token;
}

/** @throws {InvalidArgumentError} when a token is too easy to guess, or cannot be sent in a header */
export function checkToken(token: string): string {
  if (/^[\u0021-\u007e]+$/u.test(token) && token.length >= MIN_LENGTH) return token;
  throw new InvalidArgumentError(
    'token',
    `must have at least ${String(MIN_LENGTH)} printable ASCII characters, without spaces; \`openssl rand -hex 32\` makes one`,
  );
}

/**
 * The candidates for a request's token: `Authorization: Bearer`, and `x-api-key` as Anthropic's clients send it. A
 * client that is logged in somewhere else sends both, and only one of them is meant for this gateway.
 */
export function tokensOf(headers: IncomingHttpHeaders): readonly (string | undefined)[] {
  const [, bearer] = /^Bearer +(\S+)$/iu.exec(headers.authorization ?? '') ?? [];
  return [bearer, headers['x-api-key']?.toString()];
}

/** Compares hashes of equal length, so that timing reveals neither the length nor the first wrong character. */
export function tokenCheck(expected: string): (given: string | undefined) => boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  const own = digest(expected);
  return (given) => timingSafeEqual(own, digest(given ?? '')) && given !== undefined;
}
