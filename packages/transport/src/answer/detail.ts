/**
 * Reads error answers (SPEC.md §8): `{"detail": "…"}`, a list of objects from a validation failure, other JSON, or no
 * JSON at all. Everything is limited, so that a hostile answer costs little and floods no log.
 */
import { cleanText, isObject } from '@nomyo/base';
import type { Redact } from './redact.js';

const LIMITS = {
  /** Longest body that is parsed, in bytes. */
  jsonBytes: 64 * 1024,
  /** Longest part of a body that is not JSON, in characters. */
  textCharacters: 2048,
  /** Longest text in a message, in characters. */
  messageCharacters: 300,
  /** Longest string in the details, in characters. */
  stringCharacters: 500,
  /** Most items of a list, and members of an object. */
  items: 20,
  /** Most levels of nesting. */
  depth: 4,
} as const;

/** Members of a validation failure that echo the request, including its headers (pydantic: `input`, `ctx`). */
const ECHOES: readonly string[] = ['input', 'ctx'];

/** An error answer, for people and for programs. */
export interface RouterDetail {
  /** One line for people; empty when there is nothing useful. */
  readonly text: string;
  /** `detail`, or other JSON, shortened; `undefined` without JSON. */
  readonly details: unknown;
  /** Whether it is JSON with a `detail`, as the protocol defines it. */
  readonly isProtocol: boolean;
  /** Whether it is an HTML page, as proxies send. */
  readonly isHtml: boolean;
}

/**
 * Reads the body of an error answer. Never throws.
 *
 * @param redact removes secrets from each string, after JSON has undone its escapes. Default: nothing is removed
 */
export function readDetail(body: Uint8Array, redact: Redact = (text) => text): RouterDetail {
  const json = parse(body);
  if (json === undefined) return plainDetail(body, redact);
  const isProtocol = isObject(json) && isSaid(json['detail']);
  const detail = isObject(json) && json['detail'] !== undefined ? json['detail'] : json;
  return { ...detailOf(detail, redact), isProtocol, isHtml: false };
}

/** Reads an error that is JSON already, within the same limits. */
export function detailOf(json: unknown, redact: Redact): Pick<RouterDetail, 'text' | 'details'> {
  // Shortened first, so that everything after it has little to walk through.
  const details = shorten(json, LIMITS.depth, redact);
  return { text: cleanText(redact(describe(details)), LIMITS.messageCharacters), details };
}

/** Reports whether a `detail` is a sentence, or the list of a validation failure. */
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
  // Redact more than is shown: a secret that is cut in two would not be found.
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
  // A key of digits only can be echoed as a number.
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
