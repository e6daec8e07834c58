/** Reads the body of a request up to a limit, and checks its JSON before anything uses it. */
import { isObject } from '@nomyo/base';
import { depthOf } from './json-depth.js';

/** Why a body is refused. */
export class BodyError extends Error {
  override readonly name: string = 'BodyError';
  readonly status: 400 | 413;
  readonly code: string;

  constructor(status: 400 | 413, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Deeper than any tool schema that people write. Deeper bodies only serve to exhaust a parser's stack. */
const MAX_DEPTH = 128;

/** @throws {BodyError} when it is too long, not UTF-8, not a JSON object, or nested too deeply */
export async function readJson(
  request: Request,
  maxBytes: number,
): Promise<{ readonly text: string; readonly members: Record<string, unknown> }> {
  const bytes = await readBytes(request, maxBytes);
  if (depthOf(bytes) > MAX_DEPTH) throw new BodyError(400, 'TOO_DEEP', 'the body is nested too deeply');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const members: unknown = JSON.parse(text);
    if (isObject(members)) return { text, members };
  } catch {
    // The parser's message quotes the body.
  }
  throw new BodyError(400, 'INVALID_JSON', 'the body must be a JSON object in UTF-8');
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): BodyError =>
    new BodyError(413, 'PAYLOAD_TOO_LARGE', `the body has more than ${String(maxBytes)} bytes`);
  if (Number(request.headers.get('content-length') ?? '0') > maxBytes) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | null = request.body;
  if (body === null) return Buffer.alloc(0);
  for await (const piece of body) {
    length += piece.byteLength;
    if (length > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  // eslint-disable-next-line nomyo/no-heap-secrets -- what came over HTTP in the clear is in ordinary memory already
  return Buffer.concat(pieces, length);
}
