/**
 * HTTPS to a NOMYO router: deadlines, bounded answers, retries, typed errors, and the router's key in a cache. It
 * carries sealed bytes, and knows no keys and no files. Node and browsers.
 *
 * @packageDocumentation
 */
export { endpoint, parseBaseUrl, type BaseUrlOptions } from './url.js';
export { checkApiKey, checkHeaders, requestHeaders, type RequestHeadersInput } from './headers.js';

export { createHttpClient } from './create-http-client.js';
export type { HttpClient, HttpClientOptions, HttpMethod, HttpRequest, HttpResponse } from './http.js';
export type { TlsMaterial, TlsOptions } from './tls.js';
export { checkTlsOptions } from './tls.js';
export { bypassesProxy, LOOPBACK_NO_PROXY, parseProxy, type Proxy } from './proxy.js';

export { afterSending } from './after-sending.js';
export { withDeadline, type Deadline } from './deadline.js';
export { connectionError } from './connection-error.js';
export { errorOfResponse } from './status.js';
export { parseRetryAfter } from './retry-after.js';
export {
  retryDelay,
  withRetries,
  type RetryInfo,
  type RetryInput,
  type RetryMode,
  type RetryOptions,
} from './retry.js';
export { Pacer, type Budget } from './pacer.js';
export { checkRateLimit, TokenBudget, type RateLimit } from './token-bucket.js';

export {
  ServerKeyCache,
  type Fingerprinted,
  type ServerKeyCacheOptions,
  type ServerKeyChange,
} from './server-key.js';
export { checkPins } from './pins.js';

export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  ForbiddenError,
  InvalidRequestError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  type APIErrorInfo,
  type ConnectionErrorOptions,
} from './errors.js';
