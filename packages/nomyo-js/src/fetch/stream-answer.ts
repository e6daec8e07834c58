/** Answers of the adapter that are read as they come. Loaded with the first of them. */
import type { ChatCompletionChunk, ChatCompletionStream } from '../index.js';
import { chunkWriter } from '../dialects/chunk-writer.js';
import { errorBody } from '../dialects/error-body.js';
import type { Dialect, DialectCall, EventWriter } from '../dialects/dialect.js';
import { encodeEvent } from '../stream/sse.js';
import { requestId } from './answer.js';
import type { Failure } from './failure.js';

/** Hears how a stream ends. */
export interface StreamEnd {
  /** @returns what the reader is told, or `undefined` when it was the reader who aborted */
  failed(error: unknown): Failure | undefined;
  /** The stream is over, however it ended. */
  over(): void;
}

/** Events as they are read, none ahead of the reader. */
export function streamAnswer(
  stream: ChatCompletionStream,
  dialect: Dialect,
  call: DialectCall,
  end: StreamEnd,
): Response {
  const { writer = chunkWriter } = call;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    new EventSource(stream[Symbol.asyncIterator](), dialect, writer(), end),
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...requestId(stream.payloadId),
      ...(stream.synthetic ? { 'x-nomyo-stream': 'synthetic' } : {}),
    },
  });
}

/**
 * Pulls chunks and writes their events. A stream that breaks off gets an event that says why, and then errors: one
 * that merely ended would be taken for a whole answer.
 */
class EventSource implements UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #chunks: AsyncIterator<ChatCompletionChunk>;
  readonly #dialect: Dialect;
  readonly #writer: EventWriter;
  readonly #end: StreamEnd;
  #failure: { readonly error: unknown } | undefined;
  #isCancelled = false;

  constructor(
    chunks: AsyncIterator<ChatCompletionChunk>,
    dialect: Dialect,
    writer: EventWriter,
    end: StreamEnd,
  ) {
    this.#chunks = chunks;
    this.#dialect = dialect;
    this.#writer = writer;
    this.#end = end;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    if (this.#failure !== undefined) {
      controller.error(this.#failure.error);
      return;
    }
    try {
      await this.#next(controller);
    } catch (error) {
      this.#fail(controller, error);
    }
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true;
    this.#end.over();
    await this.#chunks.return?.();
  }

  /** At least one event, or the end: what a pull leaves empty is pulled no more. */
  async #next(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    for (;;) {
      const next = await this.#chunks.next();
      const events = next.done === true ? this.#writer.end() : this.#writer.write(next.value);
      if (this.#isCancelled) return;
      for (const event of events) controller.enqueue(encodeEvent(event));
      if (next.done === true) {
        controller.close();
        this.#end.over();
        return;
      }
      if (events.length > 0) return;
    }
  }

  #fail(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>, error: unknown): void {
    // The reader is gone, so that the rest broke off is no failure.
    if (this.#isCancelled) return;
    this.#failure = { error };
    const failure = this.#end.failed(error);
    this.#end.over();
    if (failure === undefined) controller.error(error);
    else controller.enqueue(encodeEvent(this.#writer.fail(failure, errorBody(this.#dialect, failure))));
  }
}
