/** The chunks of a streamed chat completion, in the shape of OpenAI's API. */
import type { FinishReason, Logprobs, Usage } from '../chat/response-types.js';

/** Part of a function call. Members that an earlier part with the same `index` had are left out; `arguments` add up. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** The contribution of a chunk to a message; texts add up. */
export interface ChunkDelta {
  readonly role?: 'assistant';
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly ToolCallDelta[];
}

/** The contribution of a chunk to one of `n` answers. */
export interface ChunkChoice {
  readonly index: number;
  readonly delta: ChunkDelta;
  readonly logprobs?: Logprobs | null;
  /** Set in the last chunk of this answer, and `null` before. */
  readonly finish_reason: FinishReason | null;
}

/** One chunk of a streamed chat completion. */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
  /** Empty in the chunk that carries `usage`. */
  readonly choices: readonly ChunkChoice[];
  /** In the last chunk, if `stream_options.include_usage` is set. */
  readonly usage?: Usage | null;
  readonly system_fingerprint?: string | null;
  readonly service_tier?: string | null;
}

/**
 * The result of `create({ stream: true })`. It can be iterated once; leaving the loop early releases everything and
 * ends the request. A stream that breaks off throws, so one that ends was complete.
 */
export interface ChatCompletionStream extends AsyncIterable<ChatCompletionChunk> {
  /** The id of the request on the wire. */
  readonly payloadId: string;
  /** Whether the chunks were cut from a whole answer, as in version 1 of the protocol. */
  readonly synthetic: boolean;
}
