/** Looks for bytes in the memory of another process, through /proc (proc(5)): what root or a debugger would see. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Bytes to look for, by a name that is safe to print. */
export interface Needle {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Region {
  readonly start: number;
  readonly end: number;
}

/** Read at once, in bytes; pieces overlap, so that nothing is missed between two. */
const PIECE_BYTES = 8 * 1024 * 1024;
const OVERLAP_BYTES = 4096;

/** Copies of each needle in the readable memory of `pid`, by name. The process is stopped, so that nothing moves. */
export function countCopies(pid: number, needles: readonly Needle[]): Map<string, number> {
  stop(pid);
  const counts = new Map(needles.map(({ name }) => [name, 0]));
  const memory = openSync(`/proc/${String(pid)}/mem`, 'r');
  try {
    for (const region of readableRegions(pid)) scanRegion(memory, region, needles, counts);
  } finally {
    closeSync(memory);
  }
  return counts;
}

/** A runtime never stands still by itself: its collector frees and moves memory between two reads. */
function stop(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  while (!/^State:\tT/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8')));
}

function readableRegions(pid: number): Region[] {
  const lines = readFileSync(`/proc/${String(pid)}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, start, end, rest = ''] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ (.*)$/.exec(line) ?? [];
    // The kernel's own pages have no memory of the process in them, and cannot be read.
    if (start === undefined || end === undefined || /\[v(var|dso|syscall)/.test(rest)) return [];
    return [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }];
  });
}

function scanRegion(
  memory: number,
  region: Region,
  needles: readonly Needle[],
  counts: Map<string, number>,
): void {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES + OVERLAP_BYTES);
  for (let at = region.start; at < region.end; at += PIECE_BYTES) {
    const length = readPiece(memory, piece, at, Math.min(region.end - at, piece.byteLength));
    const bytes = piece.subarray(0, length);
    for (const needle of needles) count(bytes, needle, counts);
  }
}

/** Bytes that were read; 0 where the kernel gives nothing, as for secret memory. */
function readPiece(memory: number, piece: Buffer, at: number, length: number): number {
  try {
    return readSync(memory, piece, 0, length, at);
  } catch {
    return 0;
  }
}

function count(bytes: Buffer, { name, bytes: needle }: Needle, counts: Map<string, number>): void {
  for (let at = bytes.indexOf(needle); at !== -1 && at < PIECE_BYTES; at = bytes.indexOf(needle, at + 1)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}
