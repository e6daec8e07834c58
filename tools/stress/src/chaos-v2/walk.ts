/** Where each byte of an HTTP/1.1 answer stands: in its head, in its framing, or in which frame of protocol 2. */

/** Magic and nonce in front of the frames (SPEC 8.1). */
const PREFIX_BYTES = 36;
const FRAME_HEADER_BYTES = 5;
const END = 3;

/** The sealed body, byte by byte. */
class BodyWalk {
  /** The frame that the next byte belongs to; -1: the prefix. */
  frame = -1;
  /** Bytes of it that have passed. */
  at = 0;
  /** Whether an END frame has passed whole. */
  isEnded = false;
  #size = PREFIX_BYTES;
  #length = 0;
  #type = 0;

  pass(byte: number): void {
    if (this.frame >= 0 && this.at < FRAME_HEADER_BYTES - 1) this.#length = this.#length * 256 + byte;
    else if (this.frame >= 0 && this.at === FRAME_HEADER_BYTES - 1) {
      this.#type = byte;
      this.#size = FRAME_HEADER_BYTES + this.#length;
    }
    this.at += 1;
    if (this.at < this.#size) return;
    this.isEnded = this.#type === END;
    this.frame += 1;
    this.at = 0;
    this.#size = Number.POSITIVE_INFINITY;
    this.#length = 0;
  }
}

type State = 'head' | 'chunk size' | 'chunk' | 'chunk end' | 'body' | 'over';

/** One answer; {@link AnswerWalk.pass} gets each byte as it goes by. */
export class AnswerWalk {
  readonly body: BodyWalk = new BodyWalk();
  #state: State = 'head';
  #text = '';
  #left = 0;

  get state(): State {
    return this.#state;
  }

  /** Whether the next byte is one of the sealed body. */
  get isInBody(): boolean {
    return this.#state === 'body' || this.#state === 'chunk';
  }

  pass(byte: number): void {
    if (this.isInBody) this.#passBody(byte);
    else this.#passText(String.fromCharCode(byte));
  }

  #passBody(byte: number): void {
    this.body.pass(byte);
    this.#left -= 1;
    if (this.#left === 0) this.#begin(this.#state === 'body' ? 'over' : 'chunk end');
  }

  #passText(character: string): void {
    this.#text += character;
    if (this.#state === 'head' && this.#text.endsWith('\r\n\r\n')) this.#endHead(this.#text);
    else if (this.#state === 'chunk end' && this.#text === '\r\n') this.#begin('chunk size');
    else if (this.#state === 'chunk size' && this.#text.endsWith('\r\n')) this.#endSize(this.#text);
  }

  #endHead(head: string): void {
    const length = /^content-length: *(?<length>\d+)/imu.exec(head)?.groups?.['length'];
    if (length === undefined) this.#begin('chunk size');
    else this.#begin(Number(length) === 0 ? 'over' : 'body', Number(length));
  }

  #endSize(line: string): void {
    const size = Number.parseInt(line, 16);
    // The last chunk is followed by an empty line: there are no trailers.
    if (size > 0) this.#begin('chunk', size);
    else if (line.endsWith('\r\n\r\n')) this.#begin('over');
  }

  #begin(state: State, left = 0): void {
    this.#state = state;
    this.#text = '';
    this.#left = left;
  }
}
