/** Options of the chat client and of its calls. */
import type { AbortSignalLike } from '@nomyo/base';
import type { HeadersInput } from '@nomyo/transport';
import type { CommonOptions } from './options.js';

/** Options of `SecureChatCompletion`. */
export interface SecureChatCompletionConfig extends CommonOptions {
  /** Where the router is. Default: `https://api.nomyo.ai`. A path prefix is kept. */
  readonly baseUrl?: string;
}

/** Options of one call. */
export interface CreateOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignalLike;
  /** For one attempt, in ms. Default: the client's. */
  readonly timeout?: number;
  /** Attempts after the first. Default: the client's. */
  readonly maxRetries?: number;
  /** Sent besides the protocol's own headers, which they cannot replace: an object, `Headers`, a `Map`, or pairs. */
  readonly headers?: HeadersInput;
}

/** Options of `listModels()`. */
export interface ListModelsOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignalLike;
  /** Default: the client's. */
  readonly apiKey?: string | undefined;
}

/** Their names. */
export const CREATE_OPTIONS: readonly (keyof CreateOptions)[] = [
  'signal',
  'timeout',
  'maxRetries',
  'headers',
];
