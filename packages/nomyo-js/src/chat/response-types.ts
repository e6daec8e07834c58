/** A chat completion, in the shape that OpenAI's API gives it. Members that are not named here are kept as they come. */
import type { ToolCall } from './request-types.js';

/** Why the model stopped. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** A message of the model. */
export interface ChatCompletionMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal?: string | null;
  /** An array of the caller's: OpenAI's types take the message back only so. */
  readonly tool_calls?: ToolCall[];
  /** The thinking of a reasoning model, where the server gives it. */
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

/** How many tokens a call took. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly audio_tokens?: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number; readonly audio_tokens?: number };
}

/** How the answer travelled. Members that the service put here are kept as well. */
export interface AnswerMetadata {
  readonly [member: string]: unknown;
  /** The id that the request had on the wire. */
  readonly payload_id: string;
  /** Unix seconds, as the router says it; nothing vouches for it. */
  readonly processed_at?: number;
  readonly is_encrypted: true;
  /** Whether everything that held the request and the answer was in locked memory, which is not swapped out. */
  readonly memory_locked: boolean;
  /** `hybrid-aes256-rsa4096` */
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
