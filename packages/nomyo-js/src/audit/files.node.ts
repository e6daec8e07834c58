/** The files of one log: the one being written, and the rotated ones, `FILE.000001`, `FILE.000002`, … */
import { constants, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { allocateBytes } from '@nomyo/base';
import { MAX_LINE_BYTES, parseLine, type ParsedLine } from './line.node.js';

/** Keeps a log that is a symbolic link from being opened; Windows does not have the flag. */
export const NO_FOLLOW: number = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

const ROTATED = /^\.(\d{6,12})$/;

/** Numbers of the rotated files, ascending. */
export function rotatedNumbers(file: string): number[] {
  const [directory, name] = [dirname(file), basename(file)];
  return readdirSync(directory)
    .filter((other) => other.startsWith(name))
    .map((other) => Number(ROTATED.exec(other.slice(name.length))?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

/** Path of the rotated file with this number. */
export function rotatedPath(file: string, number: number): string {
  return join(dirname(file), `${basename(file)}.${String(number).padStart(6, '0')}`);
}

/** The end of a file. */
export interface Tail {
  /** The last whole line. */
  readonly last: ParsedLine | undefined;
  /** Incomplete lines after it. */
  readonly torn: readonly Uint8Array[];
  /** Whether the file ends with a line feed, or is empty. */
  readonly isTerminated: boolean;
}

/** More than the torn lines of one or two crashes and the line before them take, in bytes. */
const TAIL_BYTES = 4 * MAX_LINE_BYTES;

/** Reads the end of a file. @returns `undefined` when no line of a log is found there */
export function readTail(fd: number, size: number): Tail | undefined {
  const length = Math.min(size, TAIL_BYTES);
  const bytes = allocateBytes(length);
  let read = 0;
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, size - length + read);
    if (count === 0) break;
    read += count;
  }
  return tailOf(bytes.subarray(0, read), length === size);
}

function tailOf(bytes: Uint8Array, isWhole: boolean): Tail | undefined {
  if (bytes.byteLength === 0) return { last: undefined, torn: [], isTerminated: true };
  const isTerminated = bytes.at(-1) === 0x0a;
  const torn: Uint8Array[] = [];
  let end = isTerminated ? bytes.byteLength - 1 : bytes.byteLength;
  for (;;) {
    const start = bytes.lastIndexOf(0x0a, end - 1) + 1;
    const line = bytes.subarray(start, end);
    const parsed = parseLine(line);
    if (typeof parsed !== 'string') return { last: parsed, torn, isTerminated };
    torn.unshift(line);
    if (start === 0) return isWhole ? { last: undefined, torn, isTerminated } : undefined;
    end = start - 1;
  }
}
