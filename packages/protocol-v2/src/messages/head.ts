/** Heads (SPEC section 6): fields `tag u8 ‖ length u16 ‖ value`, in strictly ascending order of tags. */
import {
  concatBytes,
  InvalidArgumentError,
  oneOf,
  utf8Decode,
  utf8Encode,
  wipe,
  type Bytes,
} from '@nomyo/base';
import { protocolError } from '../errors.js';
import { LIMITS, TIERS, type Tier } from '../facts.js';
import { integer, Reader } from '../layout.js';

/** The fields of a request that decide how it is handled. */
export interface RequestHead {
  readonly method: 'GET' | 'POST';
  /** With the query; at most 2,048 characters. */
  readonly path: string;
  readonly contentType?: string;
  /** As in HTTP: `Bearer KEY`. */
  readonly authorization?: string;
  readonly tier?: Tier;
}

/** The fields of an answer's head. */
export interface AnswerHead {
  /** 200 to 599. */
  readonly status: number;
  readonly contentType?: string;
  /** Of an error. */
  readonly code?: string;
  /** In seconds. */
  readonly retryAfter?: number;
  /** The tier that was applied: exactly what was asked for. */
  readonly tier?: Tier;
  /** Unix seconds. */
  readonly processedAt?: number;
}

const malformed = (): Error => protocolError('malformed');

/** How one value is written, and read from exactly its bytes. */
interface Codec<T> {
  write: (value: T) => Bytes;
  /** `undefined`: it does not fit. */
  read: (bytes: Uint8Array) => T | undefined;
  isValid: (value: T) => boolean;
}

function text(pattern: RegExp, max: number): Codec<string> {
  const isValid = (value: string): boolean => value.length <= max && pattern.test(value);
  return { write: utf8Encode, read: (bytes) => readAscii(bytes), isValid };
}

/** ASCII text; anything else is invalid. */
function readAscii(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) if (byte >= 0x80) return undefined;
  return utf8Decode(bytes);
}

function number(bytes: 2 | 4 | 8, min: number, max: number): Codec<number> {
  return {
    write: (value) => integer(value, bytes),
    read: (raw) => (raw.byteLength === bytes ? new Reader(raw, malformed).integer(bytes) : undefined),
    isValid: (value) => Number.isInteger(value) && value >= min && value <= max,
  };
}

const PRINTABLE = /^[\x20-\x7e]+$/;
const CODE = /^[\x21-\x7e]+$/;
const contentType = text(PRINTABLE, 255);
const tier = text(/^(standard|high|maximum)$/, 8);

interface Field {
  readonly tag: number;
  readonly name: string;
  readonly codec: { readonly text: Codec<string> } | { readonly number: Codec<number> };
  readonly required?: true;
}

const REQUEST: readonly Field[] = [
  { tag: 0x01, name: 'method', codec: { text: text(/^(GET|POST)$/, 4) }, required: true },
  { tag: 0x02, name: 'path', codec: { text: text(/^\/[\x21-\x7e]*$/, 2_048) }, required: true },
  { tag: 0x03, name: 'contentType', codec: { text: contentType } },
  { tag: 0x04, name: 'authorization', codec: { text: text(PRINTABLE, 8_192) } },
  { tag: 0x05, name: 'tier', codec: { text: tier } },
];

const ANSWER: readonly Field[] = [
  { tag: 0x11, name: 'status', codec: { number: number(2, 200, 599) }, required: true },
  { tag: 0x12, name: 'contentType', codec: { text: contentType } },
  { tag: 0x13, name: 'code', codec: { text: text(CODE, 64) } },
  { tag: 0x14, name: 'retryAfter', codec: { number: number(4, 0, 2 ** 32 - 1) } },
  { tag: 0x15, name: 'tier', codec: { text: tier } },
  { tag: 0x16, name: 'processedAt', codec: { number: number(8, 0, Number.MAX_SAFE_INTEGER) } },
];

/**
 * The bytes of a request's head. They hold the API key: the caller wipes them.
 *
 * @throws {InvalidArgumentError} that names the member that does not fit
 */
export function encodeRequestHead(head: RequestHead): Bytes {
  return encode(REQUEST, head);
}

/** @throws {InvalidArgumentError} that names the member that does not fit */
export function encodeAnswerHead(head: AnswerHead): Bytes {
  return encode(ANSWER, head);
}

/** @throws {NomyoError} `MALFORMED` */
export function decodeRequestHead(bytes: Uint8Array): RequestHead {
  const fields = decode(REQUEST, bytes);
  return {
    method: fields.text('method') === 'GET' ? 'GET' : 'POST',
    path: fields.text('path') ?? '',
    ...present('contentType', fields.text('contentType')),
    ...present('authorization', fields.text('authorization')),
    ...present('tier', fields.tier()),
  };
}

/** @throws {NomyoError} `MALFORMED` */
export function decodeAnswerHead(bytes: Uint8Array): AnswerHead {
  const fields = decode(ANSWER, bytes);
  return {
    status: fields.number('status') ?? 0,
    ...present('contentType', fields.text('contentType')),
    ...present('code', fields.text('code')),
    ...present('retryAfter', fields.number('retryAfter')),
    ...present('tier', fields.tier()),
    ...present('processedAt', fields.number('processedAt')),
  };
}

function present<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  const member: Partial<Record<K, V>> = {};
  if (value !== undefined) member[name] = value;
  return member;
}

function encode(fields: readonly Field[], head: object): Bytes {
  const parts = fields.flatMap((field) => {
    const value: unknown = Reflect.get(head, field.name);
    if (value === undefined && field.required !== true) return [];
    const bytes = write(field, value);
    return [integer(field.tag, 1), integer(bytes.byteLength, 2), bytes];
  });
  const whole = concatBytes(...parts);
  parts.forEach(wipe);
  if (whole.byteLength > LIMITS.maxHead) {
    throw new InvalidArgumentError('head', `must be at most ${String(LIMITS.maxHead)} bytes`);
  }
  return whole;
}

function write({ name, codec }: Field, value: unknown): Bytes {
  if ('text' in codec && typeof value === 'string' && codec.text.isValid(value)) {
    return codec.text.write(value);
  }
  if ('number' in codec && typeof value === 'number' && codec.number.isValid(value)) {
    return codec.number.write(value);
  }
  throw new InvalidArgumentError(name, 'does not fit the head of a version 2 message');
}

/** Values by name, each with the type its field has. */
class Fields {
  readonly #values = new Map<string, string | number>();

  set(name: string, value: string | number): void {
    this.#values.set(name, value);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  tier(): Tier | undefined {
    const value = this.text('tier');
    return value === undefined ? undefined : oneOf(TIERS)('tier', value);
  }
}

function decode(fields: readonly Field[], bytes: Uint8Array): Fields {
  const reader = new Reader(bytes, malformed);
  const values = new Fields();
  let last = 0;
  while (reader.left > 0) {
    const tag = reader.integer(1);
    const field = fields.find((candidate) => candidate.tag === tag);
    if (field === undefined || tag <= last) throw malformed();
    last = tag;
    values.set(field.name, read(field, reader.take(reader.integer(2))));
  }
  if (fields.some(({ name, required }) => required === true && !values.has(name))) throw malformed();
  return values;
}

function read({ codec }: Field, bytes: Uint8Array): string | number {
  if ('text' in codec) return checked(codec.text, bytes);
  return checked(codec.number, bytes);
}

function checked<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const value = codec.read(bytes);
  if (value === undefined || !codec.isValid(value)) throw malformed();
  return value;
}
