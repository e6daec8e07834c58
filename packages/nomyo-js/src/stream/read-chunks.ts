/** Reads the chunks of an answer that is opened piece by piece. */
import { isObject, SecurityError } from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import type { ChatCompletionChunk } from './chunk-types.js';
import { EventReader } from './read-events.js';

/** The end mark of a stream in OpenAI's API. */
const DONE = '[DONE]';

/** Judges the content of a stream whose seal is intact. */
export interface StreamJudge {
  /** Throws if an event reports that the service failed. */
  readonly check: (event: JsonObject) => void;
  /** Makes the error for a stream that ends before its answer, as when a server behind the router fails. */
  readonly cut: () => Error;
}

/**
 * Reads chunks.
 *
 * @param pieces bytes of `text/event-stream`, which only end after the protocol's own end mark
 * @throws {SecurityError} `INVALID_PLAINTEXT` when an event is not a chunk
 * @throws the error of `pieces`
 */
export async function* readChunks(
  pieces: AsyncIterable<Uint8Array>,
  { check, cut }: StreamJudge,
): AsyncGenerator<ChatCompletionChunk, undefined> {
  const reader = new EventReader();
  let isWhole = false;
  for await (const piece of pieces) {
    // Everything after the end mark is read as well, so that a cut is noticed.
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
    'the opened stream has an event that is not a chunk of an answer',
  );
}

/** Reports whether a chunk ends an answer. Some servers leave out `[DONE]`, and some the finish reason. */
function hasFinished({ choices }: ChatCompletionChunk): boolean {
  return choices.some((choice: unknown) => isObject(choice) && typeof choice['finish_reason'] === 'string');
}

/** Checks no deeper than this: everything else in an answer is passed on as the service sent it. */
function isChunk(value: unknown): value is ChatCompletionChunk {
  return isObject(value) && Array.isArray(value['choices']);
}

/** Parses JSON; `undefined` if it is malformed. The parser's own error would quote the text. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
