/**
 * One line of an audit log: a JSON object whose last members chain it to the line before. Each `hash` is the SHA-256 of
 * the bytes of its line before `,"hash":`, and each `prev` is the `hash` of the line before, so nothing has to be written
 * the same way twice for a line to be checked: its bytes are what counts.
 */
import { hash as hashOnce } from 'node:crypto';
import { isObject, utf8Encode } from '@nomyo/base';

/** Version of the format: the member `v`. */
const FORMAT_VERSION = 1;

/** `prev` of the first line there is. */
const GENESIS: string = '0'.repeat(64);

/** Longest line, in bytes. */
export const MAX_LINE_BYTES = 65_536;

/** Where a chain stands: after the line with this number, which has this hash. */
export interface ChainPoint {
  /** Number of the line in the whole log, from 0; -1 before the first. */
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** Before the first line. */
export const START: ChainPoint = { seq: -1, hash: GENESIS };

/** The content of a line besides its place in the chain: JSON, in this order, `type` first. */
export type LineBody = { readonly type: LineType } & Readonly<Record<string, unknown>>;

/** `call`: a call; `checkpoint`: a signature; `torn`, `cut`: marks of a writer that found damage. */
export type LineType = 'call' | 'checkpoint' | 'torn' | 'cut';

const TYPES: readonly unknown[] = ['call', 'checkpoint', 'torn', 'cut'] satisfies LineType[];

/** A line that is whole. */
export interface ParsedLine extends ChainPoint {
  readonly type: LineType;
  readonly prev: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** The text that a signature covers, and the signature, where there is one. */
  readonly signed: { readonly text: string; readonly signature: string } | undefined;
}

const TAIL = /^(\{.*?)(?:,"sig":"([A-Za-z0-9+/]{86}==)")?,"hash":"([0-9a-f]{64})"\}$/s;

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return hashOnce('sha256', bytes);
}

/**
 * The line after `last`, without its line feed, and where the chain stands then.
 *
 * @param sign gives the base64 of a signature of the text before it
 */
export function writeLine(
  last: ChainPoint,
  body: LineBody,
  time: Date,
  sign?: (text: string) => string,
): { readonly text: string; readonly point: ChainPoint } {
  const seq = last.seq + 1;
  // In pieces, since a copy of `body` would cost more than all the rest.
  const begin = `{"v":${String(FORMAT_VERSION)},"seq":${String(seq)},"time":"${time.toISOString()}",`;
  const plain = `${begin}${JSON.stringify(body).slice(1, -1)},"prev":"${last.hash}"`;
  const text = sign === undefined ? plain : `${plain},"sig":"${sign(plain)}"`;
  const hash = sha256(text);
  return { text: `${text},"hash":"${hash}"}`, point: { seq, hash } };
}

const BEGIN = utf8Encode(`{"v":${String(FORMAT_VERSION)},"seq":`);

/** Whether a line that is torn may once have been begun as one of a log, or is what a power failure leaves: zeros. */
export function beginsLikeLine(bytes: Uint8Array): boolean {
  const begin = bytes.subarray(0, BEGIN.byteLength);
  return begin.every((byte, at) => byte === BEGIN[at]) || bytes.every((byte) => byte === 0);
}

/** The content of a whole line, or the fault in it. */
export function parseLine(bytes: Uint8Array): ParsedLine | string {
  if (bytes.byteLength > MAX_LINE_BYTES) return 'it is too long for a line of an audit log';
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const [, plain, signature, hash] = TAIL.exec(text) ?? [];
  if (plain === undefined || hash === undefined) return 'it is no line of an audit log';
  const suffix = `,"hash":"${hash}"}`.length;
  if (sha256(bytes.subarray(0, bytes.byteLength - suffix)) !== hash) return 'it was changed';
  const members = parseObject(`${plain}}`);
  if (members === undefined || !isChained(members)) return 'it is no line of an audit log';
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
