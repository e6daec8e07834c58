/** Errors between a client and the router. Each class says what the caller may do next. */
import { NomyoError, type NomyoErrorCode, type NomyoErrorJson, type NomyoErrorOptions } from '@nomyo/base';

/** Options of {@link APIConnectionError}. */
export interface ConnectionErrorOptions extends NomyoErrorOptions {
  readonly possiblyExecuted: boolean;
  /** See {@link APIConnectionError.retryable}. Default: `true`. */
  readonly retryable?: boolean;
}

/** The router could not be reached, or the connection broke before the whole answer had arrived. Retry. */
export class APIConnectionError extends NomyoError {
  override readonly name: string = 'APIConnectionError';
  /**
   * Whether the same request can succeed a moment later. `false` when it cannot: for a rejected certificate, or a proxy
   * that refuses. Fix the configuration.
   */
  readonly retryable: boolean;

  constructor(
    message: string,
    { retryable = true, ...options }: ConnectionErrorOptions,
    code: NomyoErrorCode = 'CONNECTION_FAILED',
  ) {
    super(code, message, options);
    this.retryable = retryable;
  }
}

/** No whole answer within the timeout of one attempt. Retry, or allow more time. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override readonly name: string = 'APIConnectionTimeoutError';

  constructor(message: string, options: ConnectionErrorOptions) {
    super(message, options, 'CONNECTION_TIMEOUT');
  }
}

/** The error for an attempt that exceeds `timeout`, in ms. */
export function timedOut(timeout: number, possiblyExecuted: boolean): APIConnectionTimeoutError {
  const message = `no whole answer within ${String(timeout)} ms: raise timeout, or find out what delays it`;
  return new APIConnectionTimeoutError(message, { possiblyExecuted });
}

/** The facts about an answer that is an error. */
export interface APIErrorInfo {
  readonly status: number;
  /** Default: the code of the class. */
  readonly code?: NomyoErrorCode | undefined;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** See {@link APIError.errorDetails}. */
  readonly errorDetails: unknown;
  readonly payloadId: string | undefined;
  /** In ms from the moment of the answer. */
  readonly retryAfter: number | undefined;
  readonly possiblyExecuted: boolean;
}

/** An {@link APIError} as JSON. */
export interface APIErrorJson extends NomyoErrorJson {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly payloadId: string | undefined;
}

/** The router answered with an error that has no class of its own. The remedy depends on {@link status}. */
export class APIError extends NomyoError {
  /** Code of the errors of this class, unless they are given another. */
  protected static readonly code: NomyoErrorCode = 'API_ERROR';
  override readonly name: string = 'APIError';
  /** HTTP status. */
  readonly status: number;
  /** The same as {@link status}, under its name in nomyo-js 0.1. */
  readonly statusCode: number;
  /**
   * The router's explanation: the `detail` of its JSON, or the whole JSON if it has none, shortened, and without parts
   * that echo the request. `undefined` when it sent no JSON. It came unencrypted: only TLS vouches for it.
   */
  readonly errorDetails: unknown;
  /** Headers of the answer, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `X-Payload-ID` of the request, to quote in a support case; `undefined` for the key fetch. */
  readonly payloadId: string | undefined;
  /** Time that the router asks the caller to wait, in ms; `undefined` if it does not. */
  readonly retryAfter: number | undefined;

  constructor(message: string, info: APIErrorInfo) {
    const { code = new.target.code, possiblyExecuted } = info;
    super(code, message, { possiblyExecuted });
    this.status = info.status;
    this.statusCode = info.status;
    this.errorDetails = info.errorDetails;
    this.headers = info.headers;
    this.payloadId = info.payloadId;
    this.retryAfter = info.retryAfter;
  }

  /** The parts that may be logged, and that a retry needs. */
  override toJSON(): APIErrorJson {
    const { status, retryAfter, payloadId } = this;
    return { ...super.toJSON(), status, retryAfter, payloadId };
  }
}
