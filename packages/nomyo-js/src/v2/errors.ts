/** Turns a failed answer into a typed error, and decides what may follow (SPEC of version 2, sections 9 and 10). */
import type { NomyoError } from '@nomyo/base';
import {
  codeOf,
  CONTENT_TYPE,
  ERROR_TABLE,
  isOfType,
  protocolError,
  readClearError,
  type AnswerHead,
} from '@nomyo/protocol-v2';
import { errorOfStatus, readDetail, redactor, type HttpResponse } from '@nomyo/transport';
import { retryHeadersOf } from './fetch-document.js';

/**
 * The next step after a failure. `resend`: send the identical bytes again. `fetch keys`: the only case in which the
 * same call may be sealed again. `general`: the gateway confirms that the request is over, so the general rules apply.
 */
export type NextStep = 'resend' | 'fetch keys' | 'general' | 'stop';

/** A failure, judged. */
export interface Judged {
  readonly error: unknown;
  readonly next: NextStep;
  /** Whether the gateway may have received this copy of the request nevertheless. */
  readonly isUncertain: boolean;
}

/** Statuses of proxies after which the identical bytes are sent again. */
const RESENT: readonly number[] = [429, 502, 503, 504];

/** First status after which the request may have been passed on. */
const SERVER_ERRORS = 500;

const CONFLICT = 409;
const UNAVAILABLE = 503;

/** Statuses of sealed errors with which the gateway confirms that the request is over. */
const OVER: readonly number[] = [429, 500, 503];

/**
 * Judges an answer in the clear. The TLS terminator may have made it, so only a code of the table is believed, and
 * nothing of it is quoted.
 */
export function judgeClear({ status, headers, body }: HttpResponse, payloadId: string): Judged {
  const isProblem = isOfType(headers['content-type'], CONTENT_TYPE.error);
  const errorClass = isProblem ? readClearError(status, new TextDecoder().decode(body)) : undefined;
  const known = { headers: retryHeadersOf(headers), payloadId };
  if (errorClass === undefined) {
    const isResent = RESENT.includes(status);
    const error = errorOfStatus(status, { ...known, possiblyExecuted: status >= SERVER_ERRORS });
    return { error, next: isResent ? 'resend' : 'stop', isUncertain: status >= SERVER_ERRORS };
  }
  const error = errorOfStatus(status, {
    ...known,
    meaning: ERROR_TABLE[errorClass].message,
    code: codeOf(errorClass),
    possiblyExecuted: errorClass === 'replayed',
  });
  return { error, next: NEXT_OF[errorClass] ?? 'stop', isUncertain: errorClass === 'replayed' };
}

const NEXT_OF: Readonly<Partial<Record<string, NextStep>>> = {
  truncated: 'resend',
  busy: 'resend',
  unavailable: 'resend',
  key_unknown: 'fetch keys',
  key_expired: 'fetch keys',
};

/** Judges a sealed error, whose text is the gateway's own. */
export function judgeSealed(
  { status, code, retryAfter }: AnswerHead,
  body: Uint8Array,
  { payloadId, apiKey }: { readonly payloadId: string; readonly apiKey: string | undefined },
): Judged {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const known = {
    meaning: code,
    detail: readDetail(body, redactor(apiKey === undefined ? [] : [apiKey])),
    headers,
    payloadId,
  };
  if (status === CONFLICT && code === 'duplicate') {
    const error = errorOfStatus(status, { ...known, code: 'DUPLICATE', possiblyExecuted: true });
    return { error, next: 'stop', isUncertain: false };
  }
  const error = errorOfStatus(status, { ...known, possiblyExecuted: mayHaveRun(status) });
  const isOver = OVER.includes(status) || retryAfter !== undefined;
  return { error, next: isOver ? 'general' : 'stop', isUncertain: false };
}

/** Reports whether the request may have been run: not if the gateway refused it, or could not pass it on. */
function mayHaveRun(status: number): boolean {
  return status >= SERVER_ERRORS && status !== UNAVAILABLE;
}

/** The error for ABORT, with the gateway's own reason why the answer breaks off. */
export function abortedError(abort: AnswerHead | undefined): NomyoError {
  const { status, code } = abort ?? {};
  const detail = [status, code].filter((part) => part !== undefined).join(' ');
  return protocolError('aborted', { possiblyExecuted: true, ...(detail === '' ? {} : { detail }) });
}
