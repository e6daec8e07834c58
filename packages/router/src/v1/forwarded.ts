import { membersOf } from './members.js';

/** An answer is one envelope, so the upstream must not stream; a server refuses stream_options without stream. */
const REPLACED: ReadonlySet<string> = new Set(['stream', 'stream_options']);

const HEAD = Buffer.from('{"stream":false', 'utf8');
const COMMA = Buffer.from(',', 'utf8');
const TAIL = Buffer.from('}', 'utf8');

/**
 * The body for the upstream: the opened request with `stream` off, every other member unchanged. The caller wipes it.
 *
 * @param json one valid JSON object
 */
export function forwardedBody(json: Uint8Array): Uint8Array {
  const kept = [...membersOf(json)].filter(({ name }) => !REPLACED.has(name));
  const parts = [HEAD, ...kept.flatMap(({ bytes }) => [COMMA, bytes]), TAIL];
  const body = new Uint8Array(new ArrayBuffer(parts.reduce((length, part) => length + part.byteLength, 0)));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.byteLength;
  }
  return body;
}
