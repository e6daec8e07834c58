/** Answers of the adapter that are read as they arrive. Loaded with the first one. */
import type { ChatCompletionChunk, ChatCompletionStream } from '../index.js';
import { chunkWriter } from '../dialects/chunk-writer.js';
import { errorBody } from '../dialects/error-body.js';
import type { Dialect, DialectCall, EventWriter } from '../dialects/dialect.js';
import { encodeEvent } from '../stream/sse.js';
import { requestId } from './answer.js';
import type { Failure } from './failure.js';

/** Receives the end of a stream. */
export interface StreamEnd {
  /** Called on failure. @returns the failure to report to the reader, or `undefined` if the reader aborted */
  failed(error: unknown): Failure | undefined;
  /** Called when the stream is over, however it ended. */
  over(): void;
}

/** An answer whose events are produced as they are read, none of them in advance. */
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
 * Pulls chunks and writes their events. A stream that breaks off gets an event that says why, and then errors: if it
 * just ended, it would be taken for a whole answer.
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

  /** Enqueues at least one event, or closes: after a pull without either, the stream would not pull again. */
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
    // The reader has cancelled, so it is no failure that the rest broke off.
    if (this.#isCancelled) return;
    this.#failure = { error };
    const failure = this.#end.failed(error);
    this.#end.over();
    if (failure === undefined) controller.error(error);
    else controller.enqueue(encodeEvent(this.#writer.fail(failure, errorBody(this.#dialect, failure))));
  }
}
