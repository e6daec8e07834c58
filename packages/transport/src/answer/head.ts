/** What is checked of every answer, before its body is read. */
import { SecurityError } from '@nomyo/base';
import { APIConnectionError } from '../errors/errors.js';

/** The part of an answer before its body. */
export interface ResponseHead {
  readonly status: number;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** No cookie is ever sent back, so none is kept: in an error it would only be one more credential to leak. */
export const DROPPED_HEADERS: readonly string[] = ['set-cookie', 'set-cookie2'];

/**
 * @throws {SecurityError} `REDIRECT_REFUSED` on any 3xx: following it would carry ciphertext, public key and tier to
 * another host, and no answer from there is one of the router
 */
export function refuseRedirect(status: number): void {
  if (status < 300 || status > 399) return;
  throw new SecurityError('REDIRECT_REFUSED', `the router answered with a redirect (${String(status)})`);
}

/** @throws {APIConnectionError} when the body is encoded, though nobody asked for it (RFC 9110 §8.4) */
export function refuseEncoding(headers: ResponseHead['headers'], possiblyExecuted: boolean): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  const message =
    'the answer is compressed, which was not asked for: check proxies between here and the router';
  throw new APIConnectionError(message, { possiblyExecuted, retryable: false });
}

/** RFC 9110 §15.2.2. */
export const SWITCHING_PROTOCOLS = 101;

/** For a 101: nobody asked for another protocol, and no answer follows. */
export function switchedProtocols(possiblyExecuted: boolean): APIConnectionError {
  const message = 'the server switched to another protocol (101), which nobody asked for';
  return new APIConnectionError(message, { possiblyExecuted, retryable: false });
}
