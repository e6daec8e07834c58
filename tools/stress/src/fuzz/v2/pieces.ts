/** One message, cut into the pieces in which a network may bring it. */
import type { Random } from '../../common/random.js';

/** Longest piece, in bytes; the last is the message in one. */
const STEPS = [1, 7, 64, 1500, Number.MAX_SAFE_INTEGER] as const;

/** More pieces than this take longer and say nothing new. */
const MOST_PIECES = 4_000;

export function inPieces(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  const step = Math.max(random.pick(STEPS), Math.ceil(bytes.byteLength / MOST_PIECES));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const end = at + 1 + random.below(Math.min(step, bytes.byteLength - at));
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
