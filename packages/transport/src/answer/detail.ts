/**
 * What an error answer says (SPEC.md §8): `{"detail": "…"}`, a list of objects from a validation failure, other
 * JSON, or no JSON at all. Everything is taken with limits: a hostile answer costs nothing and floods no log.
 */
import { cleanText, isObject } from '@nomyo/base';
import type { Redact } from './redact.js';

const LIMITS = {
  /** Longest body that is parsed, in bytes. */
  jsonBytes: 64 * 1024,
  /** What is read of a body that is no JSON, in characters. */
  textCharacters: 2048,
  /** Longest text in a message, in characters. */
  messageCharacters: 300,
  /** Longest string in the details, in characters. */
  stringCharacters: 500,
  /** Items of a list, members of an object. */
  items: 20,
  depth: 4,
} as const;

/** In a validation failure these echo the request, its headers included (pydantic: `input`, `ctx`). */
const ECHOES: readonly string[] = ['input', 'ctx'];

/** An error answer, for people and for programs. */
export interface RouterDetail {
  /** One line; empty when there is nothing worth saying. */
  readonly text: string;
  /** `detail`, or other JSON, shortened; `undefined` without JSON. */
  readonly details: unknown;
  /** Whether it is JSON with a `detail`, as the protocol has it. */
  readonly isProtocol: boolean;
  readonly isHtml: boolean;
}

/**
 * Reads the body of an error answer. Never throws.
 *
 * @param redact takes secrets out of each string, after JSON has undone its escapes
 */
export function readDetail(body: Uint8Array, redact: Redact = (text) => text): RouterDetail {
  const json = parse(body);
  if (json === undefined) return plainDetail(body, redact);
  const isProtocol = isObject(json) && isSaid(json['detail']);
  const detail = isObject(json) && json['detail'] !== undefined ? json['detail'] : json;
  return { ...detailOf(detail, redact), isProtocol, isHtml: false };
}

/** What JSON says of an error, within the same limits. */
export function detailOf(json: unknown, redact: Redact): Pick<RouterDetail, 'text' | 'details'> {
  // Shortened first: whatever walks over it afterwards has little to walk over.
  const details = shorten(json, LIMITS.depth, redact);
  return { text: cleanText(redact(describe(details)), LIMITS.messageCharacters), details };
}

/** A sentence, or the list of a validation failure. */
function isSaid(detail: unknown): boolean {
  return Array.isArray(detail) ? detail.length > 0 : typeof detail === 'string' && detail !== '';
}

function parse(body: Uint8Array): unknown {
  if (body.byteLength > LIMITS.jsonBytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function plainDetail(body: Uint8Array, redact: Redact): RouterDetail {
  // More than is shown: a secret that the cut goes through would not be found.
  const head = new TextDecoder().decode(body.subarray(0, LIMITS.jsonBytes)).trim();
  const isHtml = head.startsWith('<');
  const text = isHtml
    ? ''
    : cleanText(redact(head).slice(0, LIMITS.textCharacters), LIMITS.messageCharacters);
  return { text, details: undefined, isProtocol: false, isHtml };
}

function describe(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.map(describe).filter(Boolean).join('; ');
  if (!isObject(detail)) return '';
  const { loc, msg, message, error } = detail;
  const text = [msg, message, error].find((value) => typeof value === 'string') ?? describe(error ?? '');
  const place = Array.isArray(loc) ? loc.filter((part) => typeof part === 'string').join('.') : '';
  return place === '' ? text : `${place}: ${text}`;
}

function shorten(value: unknown, depth: number, redact: Redact): unknown {
  if (typeof value === 'string') return cleanText(redact(value), LIMITS.stringCharacters);
  // A key of digits can come back as a number.
  if (typeof value === 'number') {
    const text = redact(String(value));
    return text === String(value) ? value : text;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    return value.slice(0, LIMITS.items).map((item) => shorten(item, depth - 1, redact));
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !ECHOES.includes(name))
      .slice(0, LIMITS.items)
      .map(([name, member]) => [
        cleanText(redact(name), LIMITS.stringCharacters),
        shorten(member, depth - 1, redact),
      ]),
  );
}
