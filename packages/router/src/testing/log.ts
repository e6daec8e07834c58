/** One line a request: sizes and names, never content, never a key. */
import type { SeenRequest } from './http/seen.js';
import { payloadIdOf, tierOf } from '../v1/headers.js';

/** Longest path in a line, in characters. */
const PATH_CHARACTERS = 100;

/** Everything a client sent is cut, checked or counted before it gets in here. */
export function logLine(seen: SeenRequest): string {
  return [
    new Date(seen.at).toISOString(),
    `#${String(seen.connection)}`,
    seen.method,
    seen.path.slice(0, PATH_CHARACTERS),
    seen.status === undefined ? 'no answer' : String(seen.status),
    `${String(seen.durationMs ?? 0)} ms`,
    `in=${String(seen.requestBody.byteLength)}`,
    `out=${String(seen.answerBody.byteLength)}`,
    `tier=${tierOf(seen.headers) ?? '-'}`,
    `id=${payloadIdOf(seen.headers) ?? '-'}`,
    ...(seen.fail === undefined ? [] : [`fail=${seen.fail}`]),
  ].join(' ');
}
