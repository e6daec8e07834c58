/** The chunks in an answer that opens piece by piece. */
import { isObject, SecurityError } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import type { ChatCompletionChunk } from './chunk-types.js';
import { EventReader } from './read-events.js';

/** Ends a stream of OpenAI's shape. */
const DONE = '[DONE]';

/**
 * @param pieces of `text/event-stream`; they end only after the protocol's own end
 * @param check throws on an event that says that the service failed
 * @throws {SecurityError} `INVALID_PLAINTEXT` when an event is no JSON object
 * @throws what `pieces` reject with
 */
export async function* readChunks(
  pieces: AsyncIterable<Uint8Array>,
  check: (event: JsonObject) => void,
): AsyncGenerator<ChatCompletionChunk, undefined> {
  const reader = new EventReader();
  for await (const piece of pieces) {
    // What comes after the end is read, so that a cut is noticed, and not given.
    for (const data of reader.read(piece)) if (data !== DONE) yield chunkOf(data, check);
  }
  return undefined;
}

function chunkOf(data: string, check: (event: JsonObject) => void): ChatCompletionChunk {
  const chunk = parse(data);
  if (isObject(chunk)) check(chunk);
  if (isChunk(chunk)) return chunk;
  throw new SecurityError(
    'INVALID_PLAINTEXT',
    'the opened stream has an event that is no chunk of an answer',
  );
}

/** No deeper than this: what is in it is the service's word, as everywhere in an answer. */
function isChunk(value: unknown): value is ChatCompletionChunk {
  return isObject(value) && Array.isArray(value['choices']);
}

/** The parser quotes what it could not read. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
