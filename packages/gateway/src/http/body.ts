/** Reads the body of a request up to a limit, and checks its JSON before anything uses it. */
import type { IncomingMessage } from 'node:http';
import { isObject } from '@nomyo/base';
import { depthOf } from './json-depth.js';

/** Why a body is refused. */
export class BodyError extends Error {
  override readonly name: string = 'BodyError';
  readonly status: 400 | 413 | 415;
  readonly code: string;

  constructor(status: 400 | 413 | 415, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Deeper than any tool schema that people write. Deeper bodies only serve to exhaust a parser's stack. */
const MAX_DEPTH = 128;

/** Strict: the model is asked exactly what was written. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** @throws {BodyError} when it is not UTF-8, not a JSON object, or nested too deeply */
export function parseJson(bytes: Uint8Array): {
  readonly text: string;
  readonly members: Record<string, unknown>;
} {
  if (depthOf(bytes) > MAX_DEPTH) throw new BodyError(400, 'TOO_DEEP', 'the body is nested too deeply');
  try {
    const text = UTF8.decode(bytes);
    const members: unknown = JSON.parse(text);
    if (isObject(members)) return { text, members };
  } catch {
    // The parser's message quotes the body.
  }
  throw new BodyError(400, 'INVALID_JSON', 'the body must be a JSON object in UTF-8');
}

/**
 * Reads a whole body.
 *
 * @throws {BodyError} when it is compressed, longer than `maxBytes`, or breaks off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  refuseCoding(request);
  if (Number(request.headers['content-length'] ?? '0') > maxBytes) throw tooLong(maxBytes);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on('data', (piece: Buffer) => {
      length += piece.byteLength;
      pieces.push(piece);
      if (length <= maxBytes) return;
      request.removeAllListeners('data');
      reject(tooLong(maxBytes));
    });
    const broken = (): void => {
      if (!request.complete) reject(new BodyError(400, 'BODY_BROKEN', 'the body broke off'));
    };
    request.once('error', broken).once('close', broken);
    request.once('end', () => resolve(joined(pieces, length)));
  });
}

/** A few bytes can unpack to any number of them. */
function refuseCoding({ headers }: IncomingMessage): void {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return;
  throw new BodyError(415, 'CONTENT_ENCODING', 'the body must not be compressed');
}

const tooLong = (maxBytes: number): BodyError =>
  new BodyError(413, 'PAYLOAD_TOO_LARGE', `the body has more than ${String(maxBytes)} bytes`);

/** A short body comes in one piece. */
function joined(pieces: readonly Buffer[], length: number): Uint8Array {
  const [first] = pieces;
  // eslint-disable-next-line nomyo/no-heap-secrets -- what came over HTTP in the clear is in ordinary memory already
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, length);
}
