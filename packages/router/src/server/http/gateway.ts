/** The parts of a router that its HTTP side uses. */
import type { AbortSignalLike } from '@nomyo/base';
import type { ExchangeService } from '../exchange/exchange.js';
import type { Peers } from '../fleet/registry.js';
import type { KeyStore } from '../kem/key-store.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { V1Handler } from '../v1/v1.js';
import type { ByteBudget } from './budget.js';
import type { Exchanges } from './exchanges.js';

/** Everything that the handler of a request needs. */
export interface Gateway extends ExchangeService {
  readonly keys: KeyStore;
  readonly budget: ByteBudget;
  readonly exchanges: Exchanges;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  /** Aborts when the server stops waiting for running requests. */
  readonly stop: AbortSignalLike;
  /** Serves the calls of protocol 1; `undefined`: not served. */
  readonly v1: V1Handler | undefined;
  /** Other routers, whose keys this one publishes too. */
  readonly peers: Peers;
}
