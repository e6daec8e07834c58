/** Failures of calls: as faults for the client, and as outcomes for the book. Pure. */
import { isObject, NomyoError } from '@nomyo/base';
import type { Fault } from '../dialects/dialects.js';
import { BodyError } from '../http/body.js';
import type { Outcome } from './book.js';

const BAD_REQUESTS: readonly number[] = [400, 413];

/** The client has gone and will not read it. */
export const GONE: Fault = {
  status: 499,
  code: 'CLIENT_GONE',
  type: 'cancelled',
  message: 'the client went away',
};

/** A fault of the gateway's own. */
const FAILED: Fault = {
  status: 500,
  code: 'GATEWAY_FAILED',
  type: 'api_error',
  message: 'the gateway failed',
};

/** The client's view of an error on this side of the adapter. */
export function faultOf(error: unknown): Fault {
  const type = 'invalid_request_error';
  if (error instanceof BodyError) {
    return { status: error.status, code: error.code, type, message: error.message };
  }
  if (error instanceof NomyoError) return { status: 400, code: error.code, type, message: error.message };
  return FAILED;
}

/** The parts of an error in OpenAI's or Anthropic's shape; empty where it has none. */
export function errorIn(text: string): {
  readonly code: string;
  readonly type: string;
  readonly message: string;
} {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
  const read = (name: string): string => (typeof error[name] === 'string' ? error[name] : '');
  return { code: read('code'), type: read('type'), message: read('message') };
}

/** How a call that the adapter refused or failed has ended. */
export function outcomeOf(status: number, type: string, code: string): Outcome {
  if (type === 'nomyo_security_error') return 'security';
  if (type === 'nomyo_configuration_error') return 'failed';
  if (code.startsWith('CONNECTION_')) return 'connection';
  return BAD_REQUESTS.includes(status) && code === 'INVALID_ARGUMENT' ? 'refused' : 'router';
}
