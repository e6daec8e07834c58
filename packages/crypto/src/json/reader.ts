/** A strict reader of JSON in bytes (RFC 8259), for text that must not become a string. */
import { SecurityError, utf8Decode } from '@nomyo/base';
import { MAX_JSON_DEPTH } from './parse.js';
import { hex4, meaningOfEscape } from './read-escapes.js';
import { characterLength } from './unicode.js';

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

const LITERALS = ['true', 'false', 'null'].map((word) =>
  Array.from(word, (character) => character.charCodeAt(0)),
);

const malformed = (): SecurityError =>
  new SecurityError('INVALID_PLAINTEXT', 'the opened answer is not JSON in UTF-8');

const raise = (): never => {
  throw malformed();
};

/** The extent of a string's content, without its quotation marks. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Walks through JSON. Each method moves the position past what it has read, and throws on anything malformed. */
export class JsonReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The first byte of the next value, which tells its type. */
  peek(): number | undefined {
    this.#space();
    return this.#bytes[this.#at];
  }

  /** Requires that only white space is left. */
  end(): void {
    if (this.peek() !== undefined) throw malformed();
  }

  /** Reads an object. `member` is called after each colon and must read the value. */
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

  /** Reads a value of any type. @returns the value, if it is a number */
  number(): number | undefined {
    const first = this.peek();
    if (first !== undefined && isNumberByte(first)) return this.#number();
    this.skip();
    return undefined;
  }

  /** Reads a value of any type. */
  skip(): void {
    const first = this.peek();
    if (first === BYTE.openBrace) this.object(() => this.skip());
    else if (first === BYTE.openBracket) this.array(() => this.skip());
    else if (first === BYTE.quote) this.string();
    else this.#scalar();
  }

  #list(open: number, close: number, item: () => void): void {
    this.#expect(open);
    this.#depth += 1;
    if (this.#depth > MAX_JSON_DEPTH) throw malformed();
    for (let isFirst = true; ; isFirst = false) {
      if (isFirst && this.peek() === close) this.#at += 1;
      else if (this.#item(close, item)) continue;
      this.#depth -= 1;
      return;
    }
  }

  /** @returns whether another item follows */
  #item(close: number, item: () => void): boolean {
    item();
    const next = this.peek();
    this.#at += 1;
    if (next !== close && next !== BYTE.comma) throw malformed();
    return next === BYTE.comma;
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
    while (isSpace(this.#bytes[this.#at])) this.#at += 1;
  }

  #character(): void {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || byte < 0x20) throw malformed();
    if (byte === BYTE.backslash) this.#escape();
    else if (byte < 0x80) this.#at += 1;
    else this.#at += characterLength(this.#bytes, this.#at) || raise();
  }

  #escape(): void {
    const kind = this.#bytes[this.#at + 1];
    if (kind === BYTE.u) {
      if (hex4(this.#bytes, this.#at + 2) === undefined) throw malformed();
      this.#at += 6;
    } else if (meaningOfEscape(kind) !== undefined) this.#at += 2;
    else throw malformed();
  }

  #scalar(): void {
    const literal = LITERALS.find((word) => word.every((byte, i) => this.#bytes[this.#at + i] === byte));
    if (literal === undefined) this.#number();
    else this.#at += literal.length;
  }

  /**
   * Reads a number (RFC 8259 §6). Its text becomes a string, which is fine: a number is not text that must be wiped.
   */
  #number(): number {
    const start = this.#at;
    while (isNumberByte(this.#bytes[this.#at])) this.#at += 1;
    const text = utf8Decode(this.#bytes.subarray(start, this.#at));
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw malformed();
    return Number(text);
  }
}

/** RFC 8259 §2. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
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
