/** Builds the parts of a server from its settings. */
import { LightAbortController } from '@nomyo/base';
import { RouterKey } from '../v1/router-key.js';
import { RateLimiter } from './access/rate-limit.js';
import type { Route } from './exchange/run.js';
import { NO_PEERS, Registry } from './fleet/registry.js';
import { ByteBudget } from './http/budget.js';
import { Exchanges } from './http/exchanges.js';
import type { Gateway } from './http/gateway.js';
import { KeyStore } from './kem/key-store.js';
import { createLog, type Log } from './observe/log.js';
import { createMetrics } from './observe/metrics.js';
import type { ServerSettings } from './options.js';
import { guarded } from './replay/guarded.js';
import { Upstream } from './upstream/client.js';
import { upstreamBase } from './upstream/endpoint.js';
import { createV1 } from './v1/v1.js';

/** The parts that the server starts and stops. */
export interface Parts {
  readonly gateway: Gateway;
  readonly keys: KeyStore;
  readonly log: Log;
  readonly registry: Registry | undefined;
  readonly upstreams: readonly Upstream[];
  readonly v1Key: RouterKey | undefined;
  /** Aborts all requests in flight. */
  readonly stop: LightAbortController;
  /** While draining, new requests are refused. */
  readonly state: { isDraining: boolean };
}

const V1_KEY_BITS = 4096;

/**
 * Builds everything that a server needs before it listens.
 *
 * @throws {UsageError} when an upstream's URL cannot be used
 */
export async function assemble(settings: ServerSettings): Promise<Parts> {
  const { signer, fleet, protocol, suites, limits, print, now, v1Key: v1Pem } = settings;
  const log = createLog(print);
  const onTrouble = (message: string): void => log.write('trouble', { message });
  const v1Key = v1Pem === undefined ? undefined : await RouterKey.from(v1Pem, V1_KEY_BITS);
  const ownDocument = (): Promise<Uint8Array> => keys.ownDocument();
  const registry =
    fleet === undefined
      ? undefined
      : new Registry({
          redis: fleet.redis,
          realm: signer.realm,
          signer: signer.publicKey,
          ownDocument,
          onTrouble,
        });
  const peers = registry ?? NO_PEERS;
  const { maxRequest } = limits;
  const keys = await KeyStore.start({ protocol, signer, suites, peers, maxRequest, now, onTrouble });
  const { routes, upstreams } = routesOf(settings);
  const stop = new LightAbortController();
  const parts = { keys, log, registry, upstreams, v1Key, stop, state: { isDraining: false } };
  return { ...parts, gateway: gatewayOf(settings, { ...parts, routes, peers, onTrouble }) };
}

type Made = Omit<Parts, 'gateway'> &
  Pick<Gateway, 'routes' | 'peers'> & { readonly onTrouble: (message: string) => void };

function gatewayOf({ access, signer, replays, now, limits }: ServerSettings, made: Made): Gateway {
  const { routes, keys, peers, log, stop, state, v1Key, onTrouble } = made;
  const exchanges = new Exchanges(limits.exchanges);
  const shared = {
    access,
    routes,
    limiter: new RateLimiter(),
    budget: new ByteBudget(limits.bodiesInFlight),
    answers: new ByteBudget(limits.answersInFlight),
    exchanges,
    limits,
    stop: stop.signal,
  };
  return {
    ...shared,
    keys,
    peers,
    log,
    now,
    replays: guarded(replays, onTrouble),
    forgetKeys: () => keys.renew(),
    metrics: createMetrics({
      keys: () => keys.keys.length,
      signerEnd: () => signer.notAfter,
      exchanges: () => exchanges.count,
    }),
    isDraining: () => state.isDraining,
    v1: v1Key === undefined ? undefined : createV1({ ...shared, key: v1Key }),
  };
}

/** One client for each server, however many tiers lead to it. */
function routesOf({ tiers, upstreamApiKey, limits }: ServerSettings): {
  routes: Gateway['routes'];
  upstreams: readonly Upstream[];
} {
  const upstreams = new Map<string, Upstream>();
  const routes = new Map<Parameters<Gateway['routes']['get']>[0], Route>();
  for (const [tier, { upstream: text, models }] of tiers) {
    const base = upstreamBase('upstream', text);
    const upstream = upstreams.get(base.href) ?? new Upstream({ base, apiKey: upstreamApiKey, limits });
    upstreams.set(base.href, upstream);
    routes.set(tier, { upstream, models });
  }
  return { routes, upstreams: [...upstreams.values()] };
}
