/**
 * The members of a request's outermost object, found in its bytes (RFC 8259): the router needs the model's name and
 * whether to stream, and never makes a string of the prompt. The rest is left to the upstream.
 */

import { utf8Decode } from '@nomyo/base';
import { BYTE, endOfString, endOfValue } from '../../json/scan.js';

/** The members of a chat completion that the router needs. */
export interface RequestFacts {
  readonly model: string;
  readonly stream: boolean;
}

const WHITE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Deeper than any real request; deeper nesting could crash a parser behind the router. */
const MAX_DEPTH = 128;

/** No name that is looked for is longer. */
const MAX_NAME_BYTES = 256;

/** A model's name. */
const MAX_MODEL_CHARACTERS = 256;

/**
 * @returns `undefined` when it is no JSON object, when a relevant name is repeated (parsers would disagree on
 * its value), or when `model` is not a string or `stream` not a boolean
 */
export function factsOf(json: Uint8Array): RequestFacts | undefined {
  const members = decidingMembers(json);
  if (members === undefined) return undefined;
  const model = members.get('model');
  const stream = members.get('stream') ?? null;
  if (typeof model !== 'string' || model === '' || model.length > MAX_MODEL_CHARACTERS) return undefined;
  // OpenAI's API treats `null` as `false`.
  if (stream !== null && typeof stream !== 'boolean') return undefined;
  return { model, stream: stream ?? false };
}

/** Reports whether the bytes begin and end as a JSON object does. Nothing between is read. */
export function looksLikeObject(json: Uint8Array): boolean {
  const last = json.findLastIndex((byte) => !WHITE.has(byte));
  return json[skipWhite(json, 0)] === BYTE.open && json[last] === BYTE.close;
}

/** Reports whether the bytes are exactly one complete JSON object. */
export function isWholeObject(json: Uint8Array): boolean {
  return decidingMembers(json) !== undefined;
}

function decidingMembers(json: Uint8Array): Map<string, unknown> | undefined {
  const found = new Map<string, unknown>();
  let at = skipWhite(json, 0);
  if (json[at] !== BYTE.open) return undefined;
  at = skipWhite(json, at + 1);
  if (json[at] === BYTE.close) return found;
  for (;;) {
    const nameEnd = endOfString(json, at);
    const colon = nameEnd === undefined ? undefined : skipWhite(json, nameEnd);
    if (nameEnd === undefined || colon === undefined || json[colon] !== BYTE.colon) return undefined;
    const valueStart = skipWhite(json, colon + 1);
    const valueEnd = endOfValue(json, valueStart, MAX_DEPTH);
    if (valueEnd === undefined) return undefined;
    if (!note(found, json.subarray(at, nameEnd), json.subarray(valueStart, valueEnd))) return undefined;
    if (json[valueEnd] === BYTE.close) {
      return skipWhite(json, valueEnd + 1) === json.byteLength ? found : undefined;
    }
    at = skipWhite(json, valueEnd + 1);
  }
}

/** Remembers `model` and `stream`, however their names are written. */
function note(found: Map<string, unknown>, name: Uint8Array, value: Uint8Array): boolean {
  if (name.byteLength > MAX_NAME_BYTES) return true;
  const text = parse(name);
  if (text !== 'model' && text !== 'stream') return text !== undefined;
  if (found.has(text) || value.byteLength > 8 * MAX_MODEL_CHARACTERS) return false;
  const parsed = parse(value);
  found.set(text, parsed);
  return parsed !== undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Decode(bytes));
  } catch {
    return undefined;
  }
}

function skipWhite(json: Uint8Array, from: number): number {
  let at = from;
  while (WHITE.has(json[at])) at += 1;
  return at;
}
