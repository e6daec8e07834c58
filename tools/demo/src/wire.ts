/** One request and its answer, as an observer on the wire sees them. */
import type { Router, SeenRequest } from '@nomyo/router/testing';

/** The members of an envelope that the demo shows. */
export interface WireView {
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly algorithm: string;
  readonly keyAlgorithm: string;
  readonly payloadAlgorithm: string;
  readonly tier: string;
  readonly payloadId: string;
  /** The first bytes of the request's ciphertext, in hexadecimal. */
  readonly ciphertextStart: string;
  readonly clientKeyPem: string;
}

/** Bytes of ciphertext that fit on a line of the terminal. */
const SHOWN_BYTES = 24;

/** The one sealed request that `router` saw. */
export function sealedRequest(router: Router): SeenRequest {
  const seen = router.requests.find((request) => request.method === 'POST');
  if (seen === undefined) throw new Error('the router saw no sealed request');
  return seen;
}

/** @throws {Error} when a word of `secrets` can be read on the wire: the demo shows what it has checked */
export function viewOf(seen: SeenRequest, secrets: readonly string[]): WireView {
  const request = Buffer.from(seen.requestBody).toString('latin1');
  const answer = Buffer.from(seen.answerBody).toString('latin1');
  const leaked = secrets.find((word) => request.includes(word) || answer.includes(word));
  if (leaked !== undefined) throw new Error('a word of the conversation stood on the wire in the clear');
  return {
    requestBytes: seen.requestBody.byteLength,
    answerBytes: seen.answerBody.byteLength,
    algorithm: member(request, 'algorithm'),
    keyAlgorithm: member(request, 'key_algorithm'),
    payloadAlgorithm: member(request, 'payload_algorithm'),
    tier: header(seen, 'x-security-tier'),
    payloadId: header(seen, 'x-payload-id'),
    ciphertextStart: Buffer.from(member(request, 'ciphertext'), 'base64')
      .subarray(0, SHOWN_BYTES)
      .toString('hex'),
    clientKeyPem: decodeURIComponent(header(seen, 'x-public-key')),
  };
}

function member(envelope: string, name: string): string {
  return new RegExp(`"${name}":"([^"]*)"`).exec(envelope)?.[1] ?? '';
}

function header(seen: SeenRequest, name: string): string {
  const value = seen.headers[name];
  return typeof value === 'string' ? value : '';
}
