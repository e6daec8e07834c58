import { concatBytes } from '@nomyo/base';
import type { Share } from '../http/budget.js';
import { UpstreamError } from './failure.js';

/**
 * Everything that a stream gives, in one piece, in memory that the caller wipes; the pieces are wiped here.
 *
 * @param limit in bytes
 * @param share of the memory that all answers may take; the caller releases it
 * @returns `undefined` when there is more; the rest is not read
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
