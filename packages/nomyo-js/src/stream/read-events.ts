/** Reads server-sent events (WHATWG HTML §9.2.6) from bytes that arrive in pieces. Pure. */
import { SecurityError } from '@nomyo/base';

/** Longest event, in UTF-16 code units: a chunk of a model's answer has some hundreds. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/** Reads the data of each event; comments and other fields are ignored. */
export class EventReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #rest = '';
  #data: string[] = [];
  #length = 0;

  /**
   * Reads a piece.
   *
   * @returns the data of the events that `piece` completes
   * @throws {SecurityError} `INVALID_PLAINTEXT` when it is not UTF-8, or an event is too long
   */
  read(piece: Uint8Array): readonly string[] {
    const lines = (this.#rest + this.#decode(piece)).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#length + this.#rest.length > MAX_EVENT_LENGTH) throw invalid('has an event that is too long');
    return lines.flatMap((line) => this.#line(line));
  }

  #decode(piece: Uint8Array): string {
    try {
      return this.#decoder.decode(piece, { stream: true });
    } catch {
      throw invalid('is not UTF-8');
    }
  }

  #line(line: string): readonly string[] {
    if (line === '') return this.#dispatch();
    const [, value] = /^data(?:: ?([^]*))?$/.exec(line) ?? [undefined, undefined];
    if (value === undefined) return [];
    this.#data.push(value);
    this.#length += value.length;
    return [];
  }

  #dispatch(): readonly string[] {
    if (this.#data.length === 0) return [];
    const data = this.#data.join('\n');
    this.#data = [];
    this.#length = 0;
    return [data];
  }
}

function invalid(what: string): SecurityError {
  return new SecurityError('INVALID_PLAINTEXT', `the opened stream ${what}`);
}
