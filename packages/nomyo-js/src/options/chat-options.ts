/** Options of the chat client and of its calls. */
import type { AbortSignalLike } from '@nomyo/base';
import type { HeadersInput } from '@nomyo/transport';
import type { CommonOptions } from './options.js';

/** Options of `SecureChatCompletion`. */
export interface SecureChatCompletionConfig extends CommonOptions {
  /** URL of the router; a path prefix is kept. Default: `https://api.nomyo.ai`. */
  readonly baseUrl?: string;
}

/** Options of one call. */
export interface CreateOptions {
  /** Aborts the call, which rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignalLike;
  /** Longest duration of one attempt, in ms, 1 to 2^31 - 1. Default: the client's. */
  readonly timeout?: number;
  /** Most attempts after the first, 0 to 100. Default: the client's. */
  readonly maxRetries?: number;
  /**
   * Headers sent in addition to the protocol's own, which they cannot replace: an object, `Headers`, a `Map`, or pairs.
   * Default: none.
   */
  readonly headers?: HeadersInput;
}

/** Options of `listModels()`. */
export interface ListModelsOptions {
  /** Aborts the call, which rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignalLike;
  /** Sent as a bearer token. Default: the client's. */
  readonly apiKey?: string | undefined;
}

/** Names of the options of a call. */
export const CREATE_OPTIONS: readonly (keyof CreateOptions)[] = [
  'signal',
  'timeout',
  'maxRetries',
  'headers',
];
