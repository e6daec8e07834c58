/** Looks for bytes in the memory of another process, through /proc (proc(5)): what root or a debugger would see. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

/** Bytes to look for, by a name that is safe to print. */
export interface Needle {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Search {
  /** The needles, by their first two bytes. */
  readonly index: readonly (Needle[] | undefined)[];
  readonly counts: Map<string, number>;
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
  return countInRegions(`/proc/${String(pid)}/mem`, readableRegions(pid), needles);
}

/** Copies of each needle in a file, by name. */
export function countCopiesInFile(path: string, needles: readonly Needle[]): Map<string, number> {
  return countInRegions(path, [{ start: 0, end: statSync(path).size }], needles);
}

function countInRegions(
  path: string,
  regions: readonly Region[],
  needles: readonly Needle[],
): Map<string, number> {
  const search: Search = { index: indexOf(needles), counts: new Map(needles.map(({ name }) => [name, 0])) };
  const memory = openSync(path, 'r');
  try {
    for (const region of regions) scanRegion(memory, region, search);
  } finally {
    closeSync(memory);
  }
  return search.counts;
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

function scanRegion(memory: number, region: Region, search: Search): void {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES + OVERLAP_BYTES);
  for (let at = region.start; at < region.end; at += PIECE_BYTES) {
    const length = readPiece(memory, piece, at, Math.min(region.end - at, piece.byteLength));
    countIn(piece.subarray(0, length), search);
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

/** One pass for all needles: most bytes of a memory begin none. */
function countIn(bytes: Buffer, { index, counts }: Search): void {
  const end = Math.min(bytes.byteLength - 1, PIECE_BYTES);
  for (let at = 0; at < end; at += 1) {
    const candidates = index[firstTwo(bytes, at)];
    if (candidates === undefined) continue;
    for (const needle of candidates) {
      if (isAt(bytes, at, needle)) counts.set(needle.name, (counts.get(needle.name) ?? 0) + 1);
    }
  }
}

function isAt(bytes: Buffer, at: number, needle: Needle): boolean {
  return needle.bytes.every((byte, i) => bytes[at + i] === byte);
}

function indexOf(needles: readonly Needle[]): Search['index'] {
  const index = Array.from<Needle[] | undefined>({ length: 0x10000 });
  for (const needle of needles) (index[firstTwo(needle.bytes, 0)] ??= []).push(needle);
  return index;
}

function firstTwo(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
