/** What is checked of every answer: its head, before its body is read, and the length of its body. */
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

/** RFC 9110 §15.2.2. */
const SWITCHING_PROTOCOLS = 101;

/**
 * @throws {SecurityError} `REDIRECT_REFUSED` on any 3xx: following it would carry ciphertext, public key and tier to
 * another host, and no answer from there is one of the router
 * @throws {APIConnectionError} on a 101, and on an encoded body, which was not asked for (RFC 9110 §8.4)
 */
export function checkHead({ status, headers }: ResponseHead, possiblyExecuted: boolean): void {
  if (status >= 300 && status <= 399) throw redirectRefused(` (${String(status)})`);
  if (status === SWITCHING_PROTOCOLS) throw switchedProtocols(possiblyExecuted);
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  const message = 'the answer is compressed, which was not asked for: check proxies on the way';
  throw new APIConnectionError(message, { possiblyExecuted, retryable: false });
}

/** @param status in brackets, where it is known */
export function redirectRefused(status = ''): SecurityError {
  return new SecurityError('REDIRECT_REFUSED', `the router answered with a redirect${status}`);
}

/** For a 101: no other protocol was asked for, and no answer follows. */
export function switchedProtocols(possiblyExecuted: boolean): APIConnectionError {
  const message = 'the server switched to another protocol (101), which was not asked for';
  return new APIConnectionError(message, { possiblyExecuted, retryable: false });
}

/** What an answer's headers say of its body. */
export interface BodyFrame {
  /** `Content-Length` in bytes, where it counts the bytes that are read. */
  readonly declared: number | undefined;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
  /** What the caller knows `maxBytes` as, for errors. */
  readonly maxBytesName?: string | undefined;
  /** For the error of a short body. */
  readonly possiblyExecuted: boolean;
}

/**
 * Collects a body.
 *
 * @param chunks left early when the body is too long; their source then gives up the connection
 * @throws {SecurityError} `BODY_TOO_LARGE`, before anything is read when the length is declared
 * @throws {APIConnectionError} when the body ends before its declared length
 */
export async function readBody(chunks: AsyncIterable<Uint8Array>, frame: BodyFrame): Promise<Uint8Array> {
  const body = new BodyCollector(frame);
  for await (const chunk of chunks) if (!body.add(chunk)) break;
  return body.end();
}

/** Puts chunks together, within the limit. */
export class BodyCollector {
  readonly #frame: BodyFrame;
  /** Where a body of declared length is put together as it comes: no second copy of a long one is ever held. */
  #whole: Uint8Array | undefined;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @throws {SecurityError} `BODY_TOO_LARGE` when the declared length is over the limit */
  constructor(frame: BodyFrame) {
    this.#frame = frame;
    if (frame.declared !== undefined && frame.declared > frame.maxBytes) throw tooLarge(frame);
  }

  /** Whether more has come than may be read. */
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
   * Lets go of what has come, before an error is made here: V8 keeps `this` of every frame alive with an error, until
   * its `stack` is read.
   */
  drop(): void {
    this.#parts = [];
    this.#whole = undefined;
  }

  /**
   * @throws {SecurityError} `BODY_TOO_LARGE`
   * @throws {APIConnectionError} when the body has another length than it declared
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

/** The value of a `Content-Length` that counts the bytes to be read; `undefined` when there is none. */
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

/** For a body over the limit. */
export function tooLarge({
  maxBytes,
  maxBytesName,
}: Pick<BodyFrame, 'maxBytes' | 'maxBytesName'>): SecurityError {
  const limit = maxBytesName === undefined ? '' : `, the limit that ${maxBytesName} sets`;
  return new SecurityError('BODY_TOO_LARGE', `the answer is longer than ${String(maxBytes)} bytes${limit}`);
}
