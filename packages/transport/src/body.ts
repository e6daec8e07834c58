/** Reading an answer with a limit: the whole of it, or an error. */
import { SecurityError } from '@nomyo/crypto/errors';
import { APIConnectionError } from './errors.js';

/** What an answer's headers say of its body. */
export interface BodyFrame {
  /** `Content-Length` in bytes, where it counts the bytes that are read. */
  readonly declared: number | undefined;
  /** Longest body that is read, in bytes. */
  readonly maxBytes: number;
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
  const { declared, maxBytes, possiblyExecuted } = frame;
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    parts.push(chunk);
  }
  if (declared !== undefined && length !== declared) {
    throw new APIConnectionError('the answer ended before its declared length', { possiblyExecuted });
  }
  return concat(parts, length);
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

function tooLarge(maxBytes: number): SecurityError {
  return new SecurityError('BODY_TOO_LARGE', `the answer is longer than ${String(maxBytes)} bytes`);
}
