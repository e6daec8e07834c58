/** The interface of dialects. A dialect is the form in which an API requests and answers chat completions. */
import type { ChatCompletion } from '../chat/response-types.js';
import type { ChatCompletionChunk } from '../stream/chunk-types.js';
import type { ServerSentEvent } from '../stream/sse.js';

/** Parsed JSON, with unchecked members. */
export type Members = Readonly<Record<string, unknown>>;

/** A failure, as the body of an HTTP answer reports it. Nothing in it is secret. */
export interface FailureText {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string;
  /** The invalid member of the request, if there is one. */
  readonly param: string | null;
}

/** Turns the chunks of one answer into events, in order. */
export interface EventWriter {
  /** Returns the events for one more chunk. */
  write(chunk: ChatCompletionChunk): readonly ServerSentEvent[];
  /** Returns the last events, after the last chunk. */
  end(): readonly ServerSentEvent[];
  /**
   * Returns the event that says why there are no more.
   *
   * @param body the same failure, as the body of an answer
   */
  fail(failure: FailureText, body: object): ServerSentEvent;
}

/** One request in a dialect, after reading. */
export interface DialectCall {
  /** The request as a chat completion, for `create()`. */
  readonly request: Members;
  readonly isStream: boolean;
  /** Makes the body of the answer. */
  answer(completion: ChatCompletion): object;
  /** Makes a writer for a streamed answer. Default: the chunks of the chat completion are written as they are. */
  readonly writer?: () => EventWriter;
}

/** Translates requests of one dialect, and their answers. Pure. */
export interface Translator {
  /**
   * Reads a request.
   *
   * @throws {InvalidArgumentError} when it is invalid, or asks for something that a sealed chat completion cannot offer
   */
  read(body: Members): DialectCall;
}

/** The part of a dialect that the adapter has before the first request in it. */
export interface Dialect {
  /**
   * Loads the translator, with the first request: a page that uses one dialect does not load the code of the others.
   *
   * @throws {APIConnectionError} when it cannot be loaded
   */
  translator(): Translator | Promise<Translator>;
  /** The API whose shape its errors have. */
  readonly errors: 'openai' | 'anthropic';
}
