/** Decides which clients may call, and when, for the routes and for calls alike. */
import type { IncomingMessage } from 'node:http';
import type { Fault } from './dialects/dialects.js';
import { tokensOf } from './http/token.js';
import type { Metrics } from './metrics.js';

const UNAUTHORIZED: Fault = {
  status: 401,
  code: 'GATEWAY_TOKEN',
  type: 'authentication_error',
  message:
    'the token is missing or wrong; send the one that the gateway printed, as `Authorization: Bearer` or `x-api-key`',
};

const DRAINING: Fault = {
  status: 503,
  code: 'GATEWAY_DRAINING',
  type: 'api_error',
  message: 'the gateway is shutting down and accepts no new calls',
  retryAfter: 5,
};

/** Checks requests, and counts those it turns away. `Host` and `Origin` have been checked before. */
export class Gate {
  readonly isDraining: () => boolean;
  readonly #isToken: (given: string | undefined) => boolean;
  readonly #metrics: Metrics;

  /** @param isToken compares in constant time */
  constructor(isToken: (given: string | undefined) => boolean, isDraining: () => boolean, metrics: Metrics) {
    this.isDraining = isDraining;
    this.#isToken = isToken;
    this.#metrics = metrics;
  }

  /** Reports whether a request has the token. */
  knows({ headers }: IncomingMessage): boolean {
    return tokensOf(headers).some(this.#isToken);
  }

  /** @returns why a request without the token is turned away */
  stranger(request: IncomingMessage): Fault | undefined {
    if (this.knows(request)) return undefined;
    this.#metrics.countTurnedAway('token');
    return UNAUTHORIZED;
  }

  /** @returns why nothing new is begun */
  closed(): Fault | undefined {
    if (!this.isDraining()) return undefined;
    this.#metrics.countTurnedAway('draining');
    return DRAINING;
  }
}
