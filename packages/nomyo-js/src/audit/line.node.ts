/**
 * One line of an audit log: a JSON object whose last members chain it to the line before. `hash` is the SHA-256 of the
 * bytes of the line before `,"hash":`, and `prev` is the `hash` of the previous line. Since the bytes themselves are
 * hashed, checking a line needs no canonical form of JSON.
 */
import { hash as hashOnce } from 'node:crypto';
import { isObject, utf8Encode } from '@nomyo/base';

/** Version of the format: the member `v`. */
const FORMAT_VERSION = 1;

/** `prev` of the first line. */
const GENESIS: string = '0'.repeat(64);

/** Longest line, in bytes. */
export const MAX_LINE_BYTES = 65_536;

/** A point of a chain: after the line with this number and this hash. */
export interface ChainPoint {
  /** Number of the line in the whole log, from 0; -1 before the first. */
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** The point before the first line. */
export const START: ChainPoint = { seq: -1, hash: GENESIS };

/** The content of a line without its place in the chain: JSON, in this order, `type` first. */
export type LineBody = { readonly type: LineType } & Readonly<Record<string, unknown>>;

/** `call`: a call; `checkpoint`: a signature; `torn` and `cut`: marks by a writer that found damage. */
export type LineType = 'call' | 'checkpoint' | 'torn' | 'cut';

const TYPES: readonly unknown[] = ['call', 'checkpoint', 'torn', 'cut'] satisfies LineType[];

/** A complete line. */
export interface ParsedLine extends ChainPoint {
  readonly type: LineType;
  readonly prev: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** The text that a signature covers, and the signature, if there is one. */
  readonly signed: { readonly text: string; readonly signature: string } | undefined;
}

const TAIL = /^(\{.*?)(?:,"sig":"([A-Za-z0-9+/]{86}==)")?,"hash":"([0-9a-f]{64})"\}$/s;

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return hashOnce('sha256', bytes);
}

/**
 * Formats the line after `last`, without its line feed.
 *
 * @param sign returns the base64 of a signature over the text before it
 * @returns the line, and the point of the chain after it
 */
export function writeLine(
  last: ChainPoint,
  body: LineBody,
  time: Date,
  sign?: (text: string) => string,
): { readonly text: string; readonly point: ChainPoint } {
  const seq = last.seq + 1;
  // Joined from pieces, because copying `body` would cost more than everything else.
  const begin = `{"v":${String(FORMAT_VERSION)},"seq":${String(seq)},"time":"${time.toISOString()}",`;
  const plain = `${begin}${JSON.stringify(body).slice(1, -1)},"prev":"${last.hash}"`;
  const text = sign === undefined ? plain : `${plain},"sig":"${sign(plain)}"`;
  const hash = sha256(text);
  return { text: `${text},"hash":"${hash}"}`, point: { seq, hash } };
}

const BEGIN = utf8Encode(`{"v":${String(FORMAT_VERSION)},"seq":`);

/** Reports whether a torn line begins like a line of a log, or consists of zeros, which a power failure may leave. */
export function beginsLikeLine(bytes: Uint8Array): boolean {
  const begin = bytes.subarray(0, BEGIN.byteLength);
  return begin.every((byte, at) => byte === BEGIN[at]) || bytes.every((byte) => byte === 0);
}

/** Parses a line. @returns its content, or the fault in it */
export function parseLine(bytes: Uint8Array): ParsedLine | string {
  if (bytes.byteLength > MAX_LINE_BYTES) return 'it is too long for a line of an audit log';
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const [, plain, signature, hash] = TAIL.exec(text) ?? [];
  if (plain === undefined || hash === undefined) return 'it is not a line of an audit log';
  const suffix = `,"hash":"${hash}"}`.length;
  if (sha256(bytes.subarray(0, bytes.byteLength - suffix)) !== hash) return 'it was changed';
  const members = parseObject(`${plain}}`);
  if (members === undefined || !isChained(members)) return 'it is not a line of an audit log';
  const { seq, prev, type } = members;
  const signed = signature === undefined ? undefined : { text: plain, signature };
  return { seq, prev, type, hash, members, signed };
}

type Chained = Readonly<Record<string, unknown>> & {
  readonly seq: number;
  readonly prev: string;
  readonly type: LineType;
};

function isChained(members: Readonly<Record<string, unknown>>): members is Chained {
  const { v, seq, prev, type } = members;
  return (
    v === FORMAT_VERSION && Number.isSafeInteger(seq) && typeof prev === 'string' && TYPES.includes(type)
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
