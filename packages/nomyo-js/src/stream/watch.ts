/** Reports a call whose answer is read chunk by chunk. */
import { summaryOfChunks } from '../observe/summary-of-chunks.js';
import type { AnswerSummary } from '../observe/observer.js';
import type { OpenCall } from '../call/open-call.js';
import { hangUp } from './call-of-stream.js';
import type { ChatCompletionChunk, ChatCompletionStream } from './chunk-types.js';

type Summary = ReturnType<typeof summaryOfChunks>;

/**
 * Wraps a stream, and reports its first chunk and its end. A stream that is never read ends when it is
 * garbage-collected, or with its client.
 *
 * @param said summary of a whole answer; without it, the chunks are summed up
 */
export function watchStream(
  stream: ChatCompletionStream,
  call: OpenCall,
  said?: AnswerSummary,
): ChatCompletionStream {
  const summary = said === undefined ? summaryOfChunks() : knownSummary(said);
  const watched: ChatCompletionStream = {
    payloadId: stream.payloadId,
    synthetic: stream.synthetic,
    // Starts the inner iterator immediately, so that a second reading throws immediately.
    [Symbol.asyncIterator]: () => new WatchedChunks(watched, stream[Symbol.asyncIterator](), call, summary),
  };
  forgotten?.register(watched, { call, summary });
  return watched;
}

/** A separate function, because all closures of one function keep alive everything that any of them uses. */
function knownSummary(said: AnswerSummary): Summary {
  return { add: () => undefined, summary: () => said };
}

/** Ends the calls of streams that were garbage-collected. Old versions of workerd lack `FinalizationRegistry`. */
const forgotten =
  'FinalizationRegistry' in globalThis
    ? new FinalizationRegistry<{ readonly call: OpenCall; readonly summary: Summary }>(
        ({ call, summary }) => {
          hangUp(call, summary.summary);
        },
      )
    : undefined;

/** Iterates over a watched stream. Not a generator, whose `finally` would not run if it was never started. */
class WatchedChunks implements AsyncIterableIterator<ChatCompletionChunk, undefined> {
  /** Keeps the stream from being garbage-collected. */
  readonly stream: ChatCompletionStream;
  readonly #chunks: AsyncIterator<ChatCompletionChunk>;
  readonly #call: OpenCall;
  readonly #seen: Summary;

  constructor(
    stream: ChatCompletionStream,
    chunks: AsyncIterator<ChatCompletionChunk>,
    call: OpenCall,
    seen: Summary,
  ) {
    this.stream = stream;
    this.#chunks = chunks;
    this.#call = call;
    this.#seen = seen;
  }

  async next(): Promise<IteratorResult<ChatCompletionChunk, undefined>> {
    try {
      const next = await this.#chunks.next();
      if (next.done === true) {
        this.#call.end(this.#seen.summary);
        return { done: true, value: undefined };
      }
      this.#call.firstChunk();
      this.#seen.add(next.value);
      return { done: false, value: next.value };
    } catch (error) {
      this.#call.fail(error);
      throw error;
    }
  }

  /** Ends the call; leaving the loop is not a failure. */
  async return(): Promise<IteratorResult<ChatCompletionChunk, undefined>> {
    hangUp(this.#call, this.#seen.summary);
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
