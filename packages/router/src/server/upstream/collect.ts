import { concatBytes } from '@nomyo/base';

/**
 * Everything that a stream gives, in one piece, in memory that the caller wipes; the pieces are wiped here.
 *
 * @param limit in bytes
 * @returns `undefined` when there is more; the rest is not read
 */

export async function collect(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      kept.push(piece);
      length += piece.byteLength;
      if (length > limit) return undefined;
    }
    return concatBytes(...kept);
  } finally {
    for (const piece of kept) piece.fill(0);
  }
}
