/** The chunks in an answer that opens piece by piece. */
import { isObject, SecurityError } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import type { ChatCompletionChunk } from './chunk-types.js';
import { EventReader } from './read-events.js';

/** Ends a stream of OpenAI's shape. */
const DONE = '[DONE]';

/** The errors of a stream whose seal is good and whose content is not. */
export interface StreamJudge {
  /** Throws when an event says that the service failed. */
  readonly check: (event: JsonObject) => void;
  /** Makes the error of a stream that ends before its answer: a server behind the router can fail like that. */
  readonly cut: () => Error;
}

/**
 * @param pieces of `text/event-stream`; they end only after the protocol's own end
 * @throws {SecurityError} `INVALID_PLAINTEXT` when an event is no JSON object
 * @throws what `pieces` reject with
 */
export async function* readChunks(
  pieces: AsyncIterable<Uint8Array>,
  { check, cut }: StreamJudge,
): AsyncGenerator<ChatCompletionChunk, undefined> {
  const reader = new EventReader();
  let isWhole = false;
  for await (const piece of pieces) {
    // Data after the end is read, so that a cut is noticed, but not delivered.
    for (const data of reader.read(piece)) {
      const chunk = data === DONE ? undefined : chunkOf(data, check);
      isWhole ||= chunk === undefined || hasFinished(chunk);
      if (chunk !== undefined) yield chunk;
    }
  }
  if (!isWhole) throw cut();
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

/** Some servers leave `[DONE]` out, and some the reason to finish. */
function hasFinished({ choices }: ChatCompletionChunk): boolean {
  return choices.some((choice: unknown) => isObject(choice) && typeof choice['finish_reason'] === 'string');
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
