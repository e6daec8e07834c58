/**
 * From an error to an HTTP answer that raises the right class in every library and is repeated by none in vain. Pure.
 */
import type { NomyoErrorCode } from '@nomyo/base';
import { isObject } from '@nomyo/base';
import type { FailureText } from '../dialects/dialect.js';

/** A failure, ready to be reported. */
export interface Failure extends FailureText {
  /** Whether a library may retry: some try three times unless they are told not to. */
  readonly isRetryable: boolean;
  /** Time until a retry, in ms. */
  readonly retryAfter: number | undefined;
  readonly payloadId: string | undefined;
}

interface Row {
  readonly status: number;
  readonly type: string;
  readonly isRetryable?: true;
}

const ARGUMENT: Row = { status: 400, type: 'invalid_request_error' };
/** A fault of this machine: retrying does not help, and no library retries a 400. */
const CONFIGURATION: Row = { status: 400, type: 'nomyo_configuration_error' };
/** No library retries a 403, so a forger gets no second try. */
const SECURITY: Row = { status: 403, type: 'nomyo_security_error' };
const CONNECTION: Row = { status: 502, type: 'nomyo_connection_error', isRetryable: true };

/** Codes that are not security failures; any other code counts as one. */
const BY_CODE: Readonly<Partial<Record<NomyoErrorCode, Row>>> = {
  INVALID_ARGUMENT: ARGUMENT,
  DISPOSED: ARGUMENT,
  PAYLOAD_TOO_LARGE: { status: 413, type: 'invalid_request_error' },
  KEY_FILE_UNREADABLE: CONFIGURATION,
  KEY_FILE_INVALID: CONFIGURATION,
  KEY_FILE_EXISTS: CONFIGURATION,
  KEY_FILE_PERMISSIONS: CONFIGURATION,
  KEY_FILE_PASSWORD: CONFIGURATION,
  KEY_FILE_MISMATCH: CONFIGURATION,
  KEY_FILE_UNWRITABLE: CONFIGURATION,
  CONNECTION_FAILED: CONNECTION,
  CONNECTION_TIMEOUT: { ...CONNECTION, status: 504 },
};

/** Error types of OpenAI's API, by status. */
const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
};

/** A status outside this range is not an error, or not possible in a `Response`. */
const ERROR_STATUSES = { first: 400, last: 599 } as const;
const OK = 200;
const BAD_GATEWAY = 502;

/** An error of this SDK, recognized by its shape, because it may come from another copy. */
interface KnownError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly status?: unknown;
  readonly retryAfter?: unknown;
  readonly retryable?: unknown;
  readonly argument?: unknown;
  readonly payloadId?: unknown;
}

/** @param error error of `create()`, other than an abort */
export function failureOf(error: unknown): Failure {
  if (!isKnown(error)) return UNKNOWN;
  const { code, message } = error;
  const row = typeof error.status === 'number' ? rowOfStatus(error.status) : rowOfCode(error);
  return {
    status: row.status,
    type: row.type,
    code,
    message,
    param: typeof error.argument === 'string' ? error.argument : null,
    isRetryable: row.isRetryable ?? false,
    retryAfter: typeof error.retryAfter === 'number' ? error.retryAfter : undefined,
    payloadId: typeof error.payloadId === 'string' ? error.payloadId : undefined,
  };
}

/** For errors of other origin, such as the caller's `apiKey` function: their messages are not repeated. */
const UNKNOWN: Failure = {
  status: 500,
  type: 'nomyo_error',
  code: 'UNEXPECTED',
  message: 'the call failed for an unknown reason; onError receives the error',
  param: null,
  isRetryable: false,
  retryAfter: undefined,
  payloadId: undefined,
};

function rowOfCode({ code, retryable }: KnownError): Row {
  // For instance a rejected certificate, or a proxy that refuses: a later attempt cannot succeed.
  if (retryable === false) return { status: SECURITY.status, type: CONNECTION.type };
  return Object.entries(BY_CODE).find(([known]) => known === code)?.[1] ?? SECURITY;
}

function rowOfStatus(answered: number): Row {
  const { first, last } = ERROR_STATUSES;
  // A sealed error: the request was run, and running it again may be billed again.
  if (answered === OK) return { status: BAD_GATEWAY, type: 'api_error' };
  const status = answered >= first && answered <= last ? answered : BAD_GATEWAY;
  const type = TYPE_OF_STATUS[status] ?? 'api_error';
  const isRetryable = status >= 500 || status === 429 || status === 408 || status === 409;
  return isRetryable ? { status, type, isRetryable } : { status, type };
}

function isKnown(error: unknown): error is KnownError {
  return (
    isObject(error) &&
    typeof error['name'] === 'string' &&
    typeof error['message'] === 'string' &&
    typeof error['code'] === 'string' &&
    /^[A-Z][A-Z\d_]*$/.test(error['code']) &&
    'possiblyExecuted' in error
  );
}
