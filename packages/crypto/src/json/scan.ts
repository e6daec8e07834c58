/** A strict reader of JSON in bytes (RFC 8259), for text that must not become a string. */
import { SecurityError, utf8Decode } from '@nomyo/base';

/** Deepest nesting that is followed; deeper text is refused, as it would exhaust the stack. */
const MAX_DEPTH = 512;

const BYTE = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  colon: 0x3a,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  u: 0x75,
} as const;

/** `" \ / b f n r t`, what may follow a backslash beside `u`. */
const SIMPLE_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

const LITERALS = ['true', 'false', 'null'].map((word) =>
  Array.from(word, (character) => character.charCodeAt(0)),
);

const malformed = (): SecurityError =>
  new SecurityError('INVALID_PLAINTEXT', 'the opened answer is no JSON in UTF-8');

/** Where a string's content stands, without its quotes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Walks over JSON. Every method leaves the position behind what it has read, and throws on anything malformed. */
export class JsonScanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The first byte of the next value, which says what it is. */
  peek(): number | undefined {
    this.#space();
    return this.#bytes[this.#at];
  }

  /** Demands that only white space is left. */
  end(): void {
    if (this.peek() !== undefined) throw malformed();
  }

  /** Reads an object. `member` is called behind each colon and must read the value. */
  object(member: (name: string) => void): void {
    this.#list(BYTE.openBrace, BYTE.closeBrace, () => {
      const name = this.#name();
      this.#expect(BYTE.colon);
      member(name);
    });
  }

  /** Reads an array. `element` is called before each element and must read it. */
  array(element: (index: number) => void): void {
    let index = 0;
    this.#list(BYTE.openBracket, BYTE.closeBracket, () => {
      element(index);
      index += 1;
    });
  }

  /** Reads a string. */
  string(): Span {
    this.#expect(BYTE.quote);
    const start = this.#at;
    while (this.#bytes[this.#at] !== BYTE.quote) this.#character();
    const span = { start, end: this.#at };
    this.#at += 1;
    return span;
  }

  /** Reads a value of any kind. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) throw malformed();
    const first = this.peek();
    if (first === BYTE.openBrace) this.object(() => this.skip(depth + 1));
    else if (first === BYTE.openBracket) this.array(() => this.skip(depth + 1));
    else if (first === BYTE.quote) this.string();
    else this.#scalar();
  }

  #list(open: number, close: number, item: () => void): void {
    this.#expect(open);
    if (this.peek() === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      const next = this.peek();
      this.#at += 1;
      if (next === close) return;
      if (next !== BYTE.comma) throw malformed();
    }
  }

  #name(): string {
    this.peek();
    const { start, end } = this.string();
    const name: unknown = JSON.parse(utf8Decode(this.#bytes.subarray(start - 1, end + 1)));
    return String(name);
  }

  #expect(byte: number): void {
    if (this.peek() !== byte) throw malformed();
    this.#at += 1;
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #character(): void {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || byte < 0x20) throw malformed();
    if (byte === BYTE.backslash) this.#escape();
    else this.#at += utf8Length(this.#bytes, this.#at);
  }

  #escape(): void {
    const kind = this.#bytes[this.#at + 1];
    if (kind === BYTE.u) {
      if (hex4(this.#bytes, this.#at + 2) === undefined) throw malformed();
      this.#at += 6;
    } else if (kind !== undefined && SIMPLE_ESCAPES.has(kind)) this.#at += 2;
    else throw malformed();
  }

  #scalar(): void {
    const literal = LITERALS.find((word) => word.every((byte, i) => this.#bytes[this.#at + i] === byte));
    if (literal === undefined) this.#number();
    else this.#at += literal.length;
  }

  /** RFC 8259 §6: the longest number there can be is short, so that its text may become a string. */
  #number(): void {
    const start = this.#at;
    while (isNumberByte(this.#bytes[this.#at])) this.#at += 1;
    const text = utf8Decode(this.#bytes.subarray(start, this.#at));
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw malformed();
  }
}

/** The number that four hexadecimal digits stand for, or `undefined`. */
export function hex4(bytes: Uint8Array, at: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + 4; i += 1) {
    const digit = Number.parseInt(String.fromCharCode(bytes[i] ?? 0), 16);
    if (Number.isNaN(digit)) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Bytes of the UTF-8 character at `at` (RFC 3629 §4). */
function utf8Length(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4) throw malformed();
  for (let i = 1; i < length; i += 1) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) throw malformed();
  }
  const second = bytes[at + 1] ?? 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) throw malformed();
  return length;
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    (byte | 0x20) === 0x65
  );
}
