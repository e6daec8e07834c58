/** The checks of every answer: its head, before the body is read, and the length of the body. */
import { SecurityError } from '@nomyo/base';
import { APIConnectionError } from '../errors/errors.js';

/** The part of an answer before its body. */
export interface ResponseHead {
  readonly status: number;
  /** Headers with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Cookies are never sent back, so they are not kept: in an error they would be one more credential to leak. */
export const DROPPED_HEADERS: readonly string[] = ['set-cookie', 'set-cookie2'];

/** RFC 9110 §15.2.2. */
const SWITCHING_PROTOCOLS = 101;

/**
 * Checks the head of an answer.
 *
 * @throws {SecurityError} `REDIRECT_REFUSED` on any 3xx: following it would carry ciphertext, public key and tier to
 * another host, whose answer would not be the router's
 * @throws {APIConnectionError} on a 101, and on an encoded body (RFC 9110 §8.4), neither of which was requested
 */
export function checkHead({ status, headers }: ResponseHead, possiblyExecuted: boolean): void {
  if (status >= 300 && status <= 399) throw redirectRefused(` (${String(status)})`);
  if (status === SWITCHING_PROTOCOLS) throw switchedProtocols(possiblyExecuted);
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  const message = 'the answer is compressed, although that was not requested: check the proxies on the way';
  throw new APIConnectionError(message, { possiblyExecuted, retryable: false });
}

/** @param status as ` (302)`, if it is known */
export function redirectRefused(status = ''): SecurityError {
  return new SecurityError('REDIRECT_REFUSED', `the router answered with a redirect${status}`);
}

/** The error for a 101: no other protocol was requested, and no answer follows. */
export function switchedProtocols(possiblyExecuted: boolean): APIConnectionError {
  const message = 'the server switched to another protocol (101), which was not requested';
  return new APIConnectionError(message, { possiblyExecuted, retryable: false });
}

/** Length and limits of a body. */
export interface BodyFrame {
  /** `Content-Length` in bytes, if it counts the bytes that are read. */
  readonly declared: number | undefined;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
  /** The caller's name for `maxBytes`, in errors. */
  readonly maxBytesName?: string | undefined;
  /** For the error when the body is too short. */
  readonly possiblyExecuted: boolean;
}

/**
 * Collects a body.
 *
 * @param chunks abandoned early when the body is too long; their source then closes the connection
 * @throws {SecurityError} `BODY_TOO_LARGE`, before anything is read if the length is declared
 * @throws {APIConnectionError} when the body ends before its declared length
 */
export async function readBody(chunks: AsyncIterable<Uint8Array>, frame: BodyFrame): Promise<Uint8Array> {
  const body = new BodyCollector(frame);
  for await (const chunk of chunks) if (!body.add(chunk)) break;
  return body.end();
}

/** Joins chunks, up to the limit. */
export class BodyCollector {
  readonly #frame: BodyFrame;
  /** A body of declared length is joined here as it arrives, so that a long one never exists twice. */
  #whole: Uint8Array | undefined;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @throws {SecurityError} `BODY_TOO_LARGE` when the declared length is over the limit */
  constructor(frame: BodyFrame) {
    this.#frame = frame;
    if (frame.declared !== undefined && frame.declared > frame.maxBytes) throw tooLarge(frame);
  }

  /** Whether more bytes have come than the limit allows. */
  get isTooLong(): boolean {
    return this.#length > this.#frame.maxBytes;
  }

  /** @returns whether there may be more: `false` once the body is over the limit */
  add(chunk: Uint8Array): boolean {
    const { declared } = this.#frame;
    const offset = this.#length;
    this.#length += chunk.byteLength;
    if (this.isTooLong) {
      this.drop();
      return false;
    }
    if (declared === undefined || chunk.byteLength === declared) this.#parts.push(chunk);
    else if (this.#length <= declared) {
      (this.#whole ??= new Uint8Array(new ArrayBuffer(declared))).set(chunk, offset);
    }
    return true;
  }

  /**
   * Drops the chunks so far, before an error is created here: V8 keeps `this` of every frame alive with an error until
   * its `stack` is read.
   */
  drop(): void {
    this.#parts = [];
    this.#whole = undefined;
  }

  /**
   * Returns the whole body.
   *
   * @throws {SecurityError} `BODY_TOO_LARGE`
   * @throws {APIConnectionError} when the length differs from the declared one
   */
  end(): Uint8Array {
    const { declared, possiblyExecuted } = this.#frame;
    if (this.isTooLong) throw tooLarge(this.#frame);
    if (declared !== undefined && this.#length !== declared) {
      this.drop();
      throw new APIConnectionError('the answer ended before its declared length', { possiblyExecuted });
    }
    const [only] = this.#parts;
    if (only !== undefined && this.#parts.length === 1) return only;
    return this.#whole ?? concat(this.#parts, this.#length);
  }
}

/** The value of a well-formed `Content-Length`; `undefined` if there is none. */
export function declaredLength(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(new ArrayBuffer(length));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** The error for a body over the limit. */
export function tooLarge({
  maxBytes,
  maxBytesName,
}: Pick<BodyFrame, 'maxBytes' | 'maxBytesName'>): SecurityError {
  const limit = maxBytesName === undefined ? '' : `, the limit that ${maxBytesName} sets`;
  return new SecurityError('BODY_TOO_LARGE', `the answer is longer than ${String(maxBytes)} bytes${limit}`);
}
