/** Reading an answer with a limit: the whole of it, or an error. */
import { SecurityError } from '@nomyo/base';
import { APIConnectionError } from '../errors/errors.js';

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
   * somebody reads its `stack`.
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
    return this.#whole ?? concat(this.#parts, this.#length);
  }
}

/** The value of a `Content-Length` that counts the bytes to be read; `undefined` when there is none. */
export function declaredLength(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
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
