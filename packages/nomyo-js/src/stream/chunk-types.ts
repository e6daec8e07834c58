/** The pieces of a chat completion that is streamed, in the shape that OpenAI's API gives them. */
import type { FinishReason, Logprobs, Usage } from '../chat/response-types.js';

/** A call of a function. Members that an earlier piece of the same `index` had are left out; `arguments` add up. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** The delta of a piece to a message: texts add up. */
export interface ChunkDelta {
  readonly role?: 'assistant';
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly ToolCallDelta[];
}

/** The delta of a piece to one of `n` answers. */
export interface ChunkChoice {
  readonly index: number;
  readonly delta: ChunkDelta;
  readonly logprobs?: Logprobs | null;
  /** Set in the last piece of this answer, and `null` before. */
  readonly finish_reason: FinishReason | null;
}

/** One piece of a streamed chat completion. */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
  /** Empty in the piece that carries `usage`. */
  readonly choices: readonly ChunkChoice[];
  /** In the last piece, when `stream_options.include_usage` asked for it. */
  readonly usage?: Usage | null;
  readonly system_fingerprint?: string | null;
  readonly service_tier?: string | null;
}

/**
 * The result of `create({ stream: true })`. It can be iterated once; leaving the loop frees whatever is still held, and
 * ends the request. A stream that breaks off throws: one that ends was whole.
 */
export interface ChatCompletionStream extends AsyncIterable<ChatCompletionChunk> {
  /** The id that the request had on the wire. */
  readonly payloadId: string;
  /** Whether the pieces were cut from an answer that came whole, as protocol 1 has it. */
  readonly synthetic: boolean;
}
