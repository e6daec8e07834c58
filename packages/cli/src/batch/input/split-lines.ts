/** Bytes as lines, with the place of each. A line is handed over as soon as it is whole; no more than one is held. */
import { concatBytes } from '@nomyo/base';

/** One line, without its line feed. */
export interface ByteLine {
  /** Of its first byte, in bytes from the start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** `false` for a last line that has no line feed. */
  readonly isWhole: boolean;
}

const LINE_FEED = 0x0a;

/**
 * @param maxBytes of one line; a longer one comes cut off behind that many bytes and one more, so that its reader can
 *   tell
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<ByteLine> {
  const splitter = new LineSplitter(maxBytes);
  for await (const piece of pieces) {
    for (const line of splitter.split(piece)) yield line;
  }
  for (const line of splitter.end()) yield line;
}

/** The same for a caller that has the pieces: no line costs a turn of the event loop. */
export class LineSplitter {
  readonly #line: PendingLine;

  /** @param maxBytes as {@link splitLines} takes it */
  constructor(maxBytes: number) {
    this.#line = new PendingLine(maxBytes);
  }

  /** The lines that end in a piece. */
  *split(piece: Uint8Array): Generator<ByteLine> {
    const line = this.#line;
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
      line.add(piece.subarray(start, end));
      yield line.take(true);
      start = end + 1;
    }
    line.add(piece.subarray(start));
  }

  /** The last line, where it has no line feed. */
  *end(): Generator<ByteLine> {
    if (this.#line.length > 0) yield this.#line.take(false);
  }
}

/** The line that is being read. */
class PendingLine {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #kept = 0;
  #offset = 0;
  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    this.length += part.byteLength;
    const room = this.#maxBytes + 1 - this.#kept;
    if (part.byteLength === 0 || room <= 0) return;
    const kept = part.byteLength > room ? part.subarray(0, room) : part;
    this.#parts.push(kept);
    this.#kept += kept.byteLength;
  }

  take(isWhole: boolean): ByteLine {
    const [first, second] = this.#parts;
    const bytes = first !== undefined && second === undefined ? first : concatBytes(...this.#parts);
    const line = { offset: this.#offset, bytes, isWhole };
    this.#offset += this.length + 1;
    this.#parts = [];
    this.#kept = 0;
    this.length = 0;
    return line;
  }
}
