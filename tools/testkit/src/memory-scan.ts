/** Looks for bytes in the whole memory of another process of this user, through /proc (Linux). */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PIECE_BYTES = 4 * 1024 * 1024;

/** How often each needle is in the readable memory of a process. */
export function countInProcess(
  pid: number,
  needles: Readonly<Record<string, Uint8Array>>,
): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(needles).map((name) => [name, 0]));
  const overlap = Math.max(...Object.values(needles).map(({ byteLength }) => byteLength));
  const memory = openSync(`/proc/${String(pid)}/mem`, 'r');
  try {
    for (const piece of readable(pid, memory, overlap)) {
      for (const [name, needle] of Object.entries(needles)) {
        counts[name] = (counts[name] ?? 0) + occurrences(piece, needle);
      }
    }
  } finally {
    closeSync(memory);
  }
  return counts;
}

/** Pieces overlap by less than a needle, so that nothing is missed or counted twice. */
function* readable(pid: number, memory: number, overlap: number): Generator<Buffer> {
  const maps = readFileSync(`/proc/${String(pid)}/maps`, 'latin1');
  for (const [, start = '', end = ''] of maps.matchAll(/^([\da-f]+)-([\da-f]+) r/gmu)) {
    const to = Number.parseInt(end, 16);
    for (let at = Number.parseInt(start, 16); at < to; at += PIECE_BYTES) {
      const piece = read(memory, at, Math.min(PIECE_BYTES + overlap - 1, to - at));
      if (piece !== undefined) yield piece;
    }
  }
}

/** `undefined` where the kernel gives nothing: its own pages, and regions that are gone since. */
function read(memory: number, at: number, length: number): Buffer | undefined {
  const piece = Buffer.alloc(length);
  try {
    return piece.subarray(0, readSync(memory, piece, 0, length, at));
  } catch {
    return undefined;
  }
}

function occurrences(haystack: Buffer, needle: Uint8Array): number {
  let count = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) count += 1;
  return count;
}
