/** What a dialect is: one library's way of asking for a chat completion, and of being answered. */
import type { ChatCompletion } from '../chat/response-types.js';
import type { ChatCompletionChunk } from '../stream/chunk-types.js';
import type { ServerSentEvent } from '../stream/sse.js';

/** Parsed JSON, with unchecked members. */
export type Members = Readonly<Record<string, unknown>>;

/** A failure, as the body of an HTTP answer tells it. Nothing here is secret. */
export interface FailureText {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string;
  /** The member of the request that is wrong. */
  readonly param: string | null;
}

/** Turns the chunks of one answer into events, in order. */
export interface EventWriter {
  /** The events that one more chunk makes. */
  write(chunk: ChatCompletionChunk): readonly ServerSentEvent[];
  /** The last events, when every chunk was there. */
  end(): readonly ServerSentEvent[];
  /**
   * The event that says why there are no more.
   *
   * @param body the same failure, as the body of an answer tells it
   */
  fail(failure: FailureText, body: object): ServerSentEvent;
}

/** One request of this dialect, taken apart. */
export interface DialectCall {
  /** The same as a chat completion, for `create()`. */
  readonly request: Members;
  readonly isStream: boolean;
  /** The body of the answer. */
  answer(completion: ChatCompletion): object;
  /** A writer for the answer in pieces. Default: each piece is a chunk of a chat completion. */
  readonly writer?: () => EventWriter;
}

/** Translates requests of one dialect, and their answers. Pure. */
export interface Translator {
  /**
   * @throws {InvalidArgumentError} when the request is wrong, or asks for what a sealed chat completion cannot give
   */
  read(body: Members): DialectCall;
}

/** What the adapter knows of a dialect before the first request in it. */
export interface Dialect {
  /**
   * Loaded with the first request: a page that speaks one dialect does not load the code of the others.
   *
   * @throws {APIConnectionError} when it cannot be loaded
   */
  translator(): Translator | Promise<Translator>;
  /** Whose shape its errors have. */
  readonly errors: 'openai' | 'anthropic';
}
