/** Reads a file of requests, line by line. */
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import { LineSplitter, type ByteLine } from './split-lines.js';

/** One line that is not blank. */
export interface InputLine {
  /** Counted from 0, without blank lines. */
  readonly index: number;
  /** Counted from 1, as editors do. */
  readonly number: number;
  readonly text: string;
  /** CRC32 of its bytes: tells a line that was edited since. */
  readonly mark: number;
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
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  const numbers = new Numbering(path);
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
      if (!Buffer.isBuffer(piece)) continue;
      onBytes(piece);
      for (const line of numbers.number(splitter.split(piece))) yield line;
    }
    for (const line of numbers.number(splitter.end())) yield line;
  } catch (error) {
    if (!isObject(error) || typeof error['syscall'] !== 'string') throw error;
    throw new UsageError(`${path} cannot be read (${String(error['code'])})`);
  }
}

/** Counts the lines of a file. */
class Numbering {
  readonly #path: string;
  #number = 0;
  #index = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {UsageError} naming the line that is no text, or too long */
  *number(lines: Iterable<ByteLine>): Generator<InputLine> {
    for (const { bytes } of lines) {
      this.#number += 1;
      const text = this.#textOf(bytes);
      if (text.trim() === '') continue;
      yield { index: this.#index, number: this.#number, text, mark: crc32(bytes) };
      this.#index += 1;
    }
  }

  #textOf(bytes: Uint8Array): string {
    if (bytes.byteLength > MAX_LINE_BYTES) throw this.#wrong('more than 10 MiB, the limit of a request');
    try {
      return (this.#number === 1 ? FIRST_LINE : OTHER_LINES).decode(bytes);
    } catch {
      throw this.#wrong('not UTF-8 text');
    }
  }

  #wrong(why: string): UsageError {
    return new UsageError(`${this.#path}: line ${String(this.#number)}: ${why}`);
  }
}

/** A byte order mark is dropped at the start of the file only. */
const FIRST_LINE = new TextDecoder('utf-8', { fatal: true });
const OTHER_LINES = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
