/** The streams that `create({ stream: true })` returns. */
import { InvalidArgumentError } from '@nomyo/base';
import type { ChatCompletion } from '../chat/response-types.js';
import type { ChatCompletionChunk, ChatCompletionStream } from './chunk-types.js';
import { readChunks, type StreamJudge } from './read-chunks.js';
import { synthesize } from './synthesize.js';

/** The stream of an answer that is opened piece by piece, with its chunks as they arrive. */
export function openedStream(
  pieces: AsyncIterable<Uint8Array>,
  payloadId: string,
  judge: StreamJudge,
): ChatCompletionStream {
  let isRead = false;
  return {
    payloadId,
    synthetic: false,
    [Symbol.asyncIterator]() {
      if (isRead) throw new InvalidArgumentError('stream', READ_BEFORE);
      isRead = true;
      return readChunks(pieces, judge);
    },
  };
}

const READ_BEFORE = 'was already iterated; a stream can only be read once';

/** The early end of a stream. */
interface StreamEnd {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** The stream of a whole answer (version 1), cut into chunks as they are read. */
export function syntheticStream(
  completion: ChatCompletion,
  payloadId: string,
  { includeUsage, signal }: { readonly includeUsage: boolean; readonly signal: StreamEnd | undefined },
): ChatCompletionStream {
  let held: ChatCompletion | undefined = completion;
  return {
    payloadId,
    synthetic: true,
    [Symbol.asyncIterator]() {
      if (held === undefined) {
        throw new InvalidArgumentError('stream', READ_BEFORE);
      }
      const chunks = synthesize(held, { includeUsage });
      held = undefined;
      return iterate(chunks, signal);
    },
  };
}

/** Iterates over chunks. An abort takes effect between two chunks; leaving the loop releases the answer. */
async function* iterate(
  chunks: Iterable<ChatCompletionChunk>,
  signal: StreamEnd | undefined,
): AsyncGenerator<ChatCompletionChunk, undefined> {
  for (const chunk of chunks) {
    signal?.throwIfAborted();
    // Other work gets a turn between two chunks, and an abort takes effect.
    yield await Promise.resolve(chunk);
  }
  return undefined;
}
