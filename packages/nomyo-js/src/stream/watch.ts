/** Reports a call whose answer is read chunk by chunk. */
import { summaryOfChunks } from '../observe/summary-of-chunks.js';
import type { AnswerSummary } from '../observe/observer.js';
import type { OpenCall } from '../open-call.js';
import { hangUp } from './call-of-stream.js';
import type { ChatCompletionChunk, ChatCompletionStream } from './chunk-types.js';

type Summary = ReturnType<typeof summaryOfChunks>;

/**
 * The same stream, whose first chunk and end are reported, however it ends. One that is never read ends when it is
 * garbage-collected, or with its client.
 *
 * @param said the summary of an answer that is here as a whole; without it, the chunks are summed up
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
    // The inner one at once, so that who reads a second time is told so at once.
    [Symbol.asyncIterator]: () => new WatchedChunks(watched, stream[Symbol.asyncIterator](), call, summary),
  };
  forgotten?.register(watched, { call, summary });
  return watched;
}

/** Here, not next to the stream: engines let all closures of one function hold everything that any of them uses. */
function knownSummary(said: AnswerSummary): Summary {
  return { add: () => undefined, summary: () => said };
}

/** Learns of streams that can no longer be read. Old versions of workerd lack it. */
const forgotten =
  'FinalizationRegistry' in globalThis
    ? new FinalizationRegistry<{ readonly call: OpenCall; readonly summary: Summary }>(
        ({ call, summary }) => {
          hangUp(call, summary.summary);
        },
      )
    : undefined;

/** Not a generator: one that was never started would end without running its `finally`. */
class WatchedChunks implements AsyncIterableIterator<ChatCompletionChunk, undefined> {
  /** As long as this lives, the stream is not forgotten. */
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

  /** Leaving the loop is no failure. */
  async return(): Promise<IteratorResult<ChatCompletionChunk, undefined>> {
    hangUp(this.#call, this.#seen.summary);
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
