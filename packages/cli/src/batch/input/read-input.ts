/** Reads a file of requests, line by line. */
import { createReadStream } from 'node:fs';
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { splitLines } from './split-lines.js';
import { LineError } from './request.js';

/** One line that is not blank. */
export interface InputLine {
  /** Counted from 0, without blank lines. */
  readonly index: number;
  /** Counted from 1, as editors do. */
  readonly number: number;
  readonly text: string;
}

/** The protocol's limit for a whole request: more can never be sent. */
const MAX_LINE_BYTES = 10 * 1024 * 1024;

/** Of one read, in bytes. */
const PIECE_BYTES = 256 * 1024;

/**
 * @param onBytes gets everything that is read, in order
 * @throws {UsageError} naming the line, or that the file cannot be read
 */
export async function* readInput(
  path: string,
  onBytes: (bytes: Uint8Array) => void = () => undefined,
): AsyncGenerator<InputLine> {
  let number = 0;
  let index = 0;
  try {
    for await (const { bytes } of splitLines(piecesOf(path, onBytes), MAX_LINE_BYTES)) {
      number += 1;
      const text = textOf(bytes, number);
      if (text.trim() === '') continue;
      yield { index, number, text };
      index += 1;
    }
  } catch (error) {
    if (error instanceof LineError) throw new UsageError(`${path}: line ${String(number)}: ${error.message}`);
    if (!isObject(error) || typeof error['syscall'] !== 'string') throw error;
    throw new UsageError(`${path} cannot be read (${String(error['code'])})`);
  }
}

async function* piecesOf(path: string, onBytes: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    if (!Buffer.isBuffer(piece)) continue;
    onBytes(piece);
    yield piece;
  }
}

/** A byte order mark is dropped at the start of the file only. */
function textOf(bytes: Uint8Array, number: number): string {
  if (bytes.byteLength > MAX_LINE_BYTES) throw new LineError('more than 10 MiB, the limit of a request');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(bytes);
  } catch {
    throw new LineError('not UTF-8 text');
  }
}
