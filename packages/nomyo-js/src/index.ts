/**
 * End-to-end encrypted LLM inference: OpenAI-shaped chat completions that are sealed in this process and opened in
 * this process.
 *
 * @packageDocumentation
 */
export { SecureChatCompletion, type CreateCompletion } from './chat-client.js';
export type { CreateOptions, ListModelsOptions, SecureChatCompletionConfig } from './options/chat-options.js';
export { SecureCompletionClient } from './low-level-client.js';
export type { GenerateKeysOptions, SecureCompletionClientConfig } from './options/low-level-options.js';
export type { CloseOptions } from './close.js';
export type { ApiKey, CommonOptions } from './options/options.js';
export type { OnServerKeyChange, ServerKeyPolicy } from './v1/server-key-policy.js';
export type { Padding } from './options/padding.js';
export { phiPolicy, PolicyError, type Policy } from './policy/policy.js';
export type { SharedRateLimit } from './rate-limit/rate-limit.js';
export type * from './observe/observer.js';
export type { CallKeys, Protocol } from './protocol.js';
export type { LogEntry, Logger, LogLevel, NomyoEventName, NomyoEvents } from './events.js';

export type * from './chat/request-types.js';
export type * from './chat/response-types.js';
export type * from './stream/chunk-types.js';

export {
  DisposedError,
  ERROR_CODES,
  getMemoryProtectionInfo,
  InvalidArgumentError,
  NomyoError,
  SecureByteContext,
  SecurityError,
  selectNumber,
  selectText,
  type JsonObject,
  type JsonPath,
  type KeySize,
  type KeySource,
  type MemoryProtectionInfo,
  type NomyoErrorCode,
} from '@nomyo/crypto';
export { KeyStoreError } from '@nomyo/keystore';
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  DEFAULT_BASE_URL,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  type RateLimit,
  type RetryMode,
  type ServerKeyChange,
  type TlsOptions,
} from '@nomyo/transport';
