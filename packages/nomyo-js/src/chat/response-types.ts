/** A chat completion, in the shape of OpenAI's API. Members that are not named here are kept unchanged. */
import type { ToolCall } from './request-types.js';

/** The reason why the model stopped. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** A message of the model. */
export interface ChatCompletionMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal?: string | null;
  /** A mutable array, because OpenAI's types only accept the message back in that form. */
  readonly tool_calls?: ToolCall[];
  /** The thinking of a reasoning model, if the server reveals it. */
  readonly reasoning_content?: string | null;
}

/** The probability of one token. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
}

/** Probabilities of the tokens of an answer. */
export interface Logprobs {
  readonly content: readonly (TokenLogprob & { readonly top_logprobs: readonly TokenLogprob[] })[] | null;
  readonly refusal?: readonly TokenLogprob[] | null;
}

/** One of `n` answers. */
export interface Choice {
  readonly index: number;
  readonly message: ChatCompletionMessage;
  readonly finish_reason: FinishReason | null;
  readonly logprobs?: Logprobs | null;
}

/** Number of tokens of a call. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly audio_tokens?: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number; readonly audio_tokens?: number };
}

/** Facts about the transport of the answer. Members that the service put here are kept as well. */
export interface AnswerMetadata {
  readonly [member: string]: unknown;
  /** The id of the request on the wire. */
  readonly payload_id: string;
  /** Unix seconds, as stated by the router. In version 1 it is not authenticated. */
  readonly processed_at?: number;
  readonly is_encrypted: true;
  /** Whether all memory that held the request and the answer was locked, so that it was never swapped out. */
  readonly memory_locked: boolean;
  /** In version 1, `hybrid-aes256-rsa4096`. */
  readonly encryption_algorithm: string;
}

/** The result of `create()`. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage?: Usage;
  readonly system_fingerprint?: string | null;
  readonly service_tier?: string | null;
  readonly _metadata: AnswerMetadata;
}
