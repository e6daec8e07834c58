import { concatBytes } from '@nomyo/base';
import type { Share } from '../http/budget.js';
import { UpstreamError } from './failure.js';

/**
 * Collects a stream into one buffer, which the caller wipes; wipes the pieces.
 *
 * @param limit in bytes
 * @param share of the memory budget of all answers; the caller releases it
 * @returns `undefined` if the stream is longer; the rest is not read
 * @throws {UpstreamError} `no_room`
 */
export async function collect(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
  share?: Share,
): Promise<Uint8Array | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      kept.push(piece);
      length += piece.byteLength;
      if (length > limit) return undefined;
      if (share?.take(piece.byteLength) === false) throw new UpstreamError('no_room');
    }
    return concatBytes(...kept);
  } finally {
    for (const piece of kept) piece.fill(0);
  }
}
