/** Reads all of standard input. */
import { UsageError } from '../exit/codes.js';

/** The limit of the protocol for a whole request; more can never be sent. */
const MAX_BYTES = 10 * 1024 * 1024;

/** @throws {UsageError} when it is no UTF-8, or longer than any request */
export async function readStdin(): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    if (!Buffer.isBuffer(piece)) continue;
    pieces.push(piece);
    length += piece.byteLength;
    if (length > MAX_BYTES) {
      throw new UsageError('standard input has more than 10 MiB, the limit of a request');
    }
  }
  return decodeUtf8(pieces, 'standard input');
}

/** @throws {UsageError} when the pieces are no UTF-8 */
export function decodeUtf8(pieces: readonly Uint8Array[], what: string): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
  } catch {
    throw new UsageError(`${what} is not UTF-8 text`);
  }
}
