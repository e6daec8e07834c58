/** The answers to a library for failed calls. Loaded with the first one: most pages see none. */
import { SecurityError } from '@nomyo/base';
import { errorBody } from '../dialects/error-body.js';
import type { Dialect } from '../dialects/dialect.js';
import type { Emit } from '../events.js';
import { quietly } from '../quietly.js';
import { JSON_TYPE, requestId } from './answer.js';
import { CoolDown } from './cool-down.js';
import { failureOf, type Failure } from './failure.js';
import { PASSTHROUGHS, SEALED_PATHS, type RefusedCall } from './route.js';

const MS_PER_SECOND = 1000;

/** Longest part of a path that an error repeats, in characters. */
const SHOWN_CHARACTERS = 100;

/** The failures of one adapter. */
export class Failures {
  readonly #coolDown = new CoolDown();
  readonly #emit: Emit;
  readonly #onError: (error: unknown) => void;

  constructor(emit: Emit, onError: (error: unknown) => void) {
    this.#emit = emit;
    this.#onError = onError;
  }

  /** Reports a failure, and remembers how long the router asked callers to wait. */
  told(error: unknown): Failure {
    const failure = this.#coolDown.note(failureOf(error), performance.now());
    this.#emit({ message: 'nomyo:fetch-failed', status: failure.status, code: failure.code, error });
    quietly((): unknown => this.#onError(error));
    return failure;
  }

  /** The answer to a call that must not be made yet. */
  cooling(dialect: Dialect): Response | undefined {
    const failure = this.#coolDown.current(performance.now());
    return failure === undefined ? undefined : failureAnswer(dialect, failure);
  }
}

/** A failure as an HTTP answer. */
export function failureAnswer(dialect: Dialect, failure: Failure): Response {
  const { status, retryAfter, isRetryable, payloadId } = failure;
  const headers = {
    'content-type': JSON_TYPE,
    ...requestId(payloadId),
    ...(isRetryable ? {} : { 'x-should-retry': 'false' }),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / MS_PER_SECOND)) }),
  };
  return new Response(JSON.stringify(errorBody(dialect, failure)), { status, headers });
}

/** The error for a call that must not be made. */
export function refusal(call: RefusedCall): SecurityError {
  return new SecurityError('ENDPOINT_NOT_SEALED', whyRefused(call));
}

function whyRefused({ method, protocol, path, isModels }: RefusedCall): string {
  // The rest of such a URL may be content, so only its scheme is shown.
  if (!/^https?:$/.test(protocol)) {
    return `${protocol.slice(0, SHOWN_CHARACTERS)} URLs cannot be sealed, so nothing was sent`;
  }
  const endpoint = `${method.slice(0, SHOWN_CHARACTERS)} ${path.slice(-SHOWN_CHARACTERS)}`;
  const help = isModels
    ? `passthrough: ['${PASSTHROUGHS[0]}'] allows it`
    : `only POST ${SEALED_PATHS.join(', ')} can be sealed; passthrough can allow ${PASSTHROUGHS.join(', ')}`;
  return `${endpoint} would travel unencrypted, so nothing was sent; ${help}`;
}
