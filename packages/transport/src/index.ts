/**
 * HTTPS to a NOMYO router: deadlines, bounded answers, retries, typed errors, and a cache of the router's key. It
 * carries sealed bytes, and handles neither private keys nor files. Node and browsers.
 *
 * @packageDocumentation
 */
export {
  DEFAULT_BASE_URL,
  endpoint,
  parseBaseUrl,
  type AllowHttp,
  type BaseUrlOptions,
} from './policy/url.js';
export {
  checkApiKey,
  checkPayloadId,
  readHeaders,
  requestHeaders,
  type HeadersInput,
  type RequestHeadersInput,
} from './policy/headers.js';

export { createHttpClient } from './client/create-http-client.js';
export type {
  HttpClient,
  HttpClientOptions,
  HttpMethod,
  HttpRequest,
  HttpResponse,
  HttpStreamRequest,
  HttpStreamResponse,
} from './client/http.js';
export type { TlsMaterial, TlsOptions } from './connection/tls.js';
export { checkTlsOptions } from './connection/tls.js';
export {
  bypassesProxy,
  environmentProxy,
  parseProxy,
  proxyVariable,
  type Proxy,
} from './connection/proxy.js';

export { loadPart } from './errors/load-part.js';
export { markFailuresAsSent, markSent } from './errors/mark-sent.js';
export { withDeadline, type Deadline } from './client/deadline.js';
export { connectionError, type FailedAttempt } from './errors/connection-error.js';
export {
  errorOfAnswer,
  errorOfResponse,
  errorOfStatus,
  type AnsweredRequest,
  type StatusFacts,
} from './answer/status.js';
export { readDetail, type RouterDetail } from './answer/detail.js';
export { redactor, type Redact } from './answer/redact.js';
export { parseRetryAfter } from './answer/retry-after.js';
export { retryDelay, type RetryInput } from './policy/repeat.js';
export { withRetries, type RetryInfo, type RetryMode, type RetryOptions } from './policy/retry.js';
export { Pacer, type Budget } from './policy/pacer.js';
export { checkRateLimit, type RateLimit } from './policy/rate-limit.js';
export { TokenBudget } from './policy/token-bucket.js';

export {
  mayMeanNewServerKey,
  ServerKeyCache,
  type Fingerprinted,
  type ServerKeyCacheOptions,
  type ServerKeyChange,
} from './policy/server-key.js';
export { checkPins } from './policy/pins.js';

export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  type APIErrorInfo,
  type APIErrorJson,
  type ConnectionErrorOptions,
} from './errors/errors.js';
export {
  AuthenticationError,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
} from './errors/status-errors.js';
