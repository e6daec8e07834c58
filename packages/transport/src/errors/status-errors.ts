/** Errors for the statuses that have a class of their own. */
import { APIError } from './errors.js';

/** 400: the request is invalid, or could not be decrypted. Fix it. */
export class InvalidRequestError extends APIError {
  protected static override readonly code = 'INVALID_REQUEST';
  override readonly name: string = 'InvalidRequestError';
}

/** 401: the API key is missing or wrong. Fix it. */
export class AuthenticationError extends APIError {
  protected static override readonly code = 'AUTHENTICATION_FAILED';
  override readonly name: string = 'AuthenticationError';
}

/** 403: the model is not allowed for the security tier. Choose another model or tier. */
export class ForbiddenError extends APIError {
  protected static override readonly code = 'FORBIDDEN';
  override readonly name: string = 'ForbiddenError';
}

/** 429: over the rate limit. Retry after {@link APIError.retryAfter}. */
export class RateLimitError extends APIError {
  protected static override readonly code = 'RATE_LIMITED';
  override readonly name: string = 'RateLimitError';
}

/** 500: the router failed. Retry; the request may have been run. */
export class ServerError extends APIError {
  protected static override readonly code = 'SERVER_ERROR';
  override readonly name: string = 'ServerError';
}

/** 503: the inference backend is unavailable, or the API key is cooling down. Retry later. */
export class ServiceUnavailableError extends APIError {
  protected static override readonly code = 'SERVICE_UNAVAILABLE';
  override readonly name: string = 'ServiceUnavailableError';
}
