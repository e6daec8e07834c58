/** One server in a process of its own. Its argument says which, as JSON. */
import { createModel, type ModelOptions } from '../router/model.js';
import { createPlainProxy } from '../router/plain-proxy.js';
import { serve } from './channel.js';
import { listening } from '../http.js';
import { settledRss } from './memory.js';
import { readMember, readText } from './read.js';

interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Which server, and what it needs. */
export type ServerOrder =
  | { readonly kind: 'model'; readonly options: ModelOptions }
  | { readonly kind: 'plain proxy'; readonly tls: Tls; readonly apiKey: string; readonly upstream: string }
  | {
      readonly kind: 'router';
      readonly tls: Tls;
      readonly upstream: string;
      readonly signer: string;
      readonly apiKeys: string;
      /** PEM of a key for version 1. */
      readonly v1Key: string;
      readonly limits: RouterLimits;
    };

/** Bounds of a router that are not its own. */
export interface RouterLimits {
  /** Longest answer that is kept for a resend, in bytes. */
  readonly keptAnswer?: number;
}

async function start(order: ServerOrder): Promise<number> {
  if (order.kind === 'model') return listening(createModel(order.options));
  if (order.kind === 'router') return startRouter(order);
  const { tls, apiKey, upstream } = order;
  return listening(createPlainProxy({ tls, apiKey, upstreams: new Map([['bench', upstream]]) }));
}

async function startRouter({
  tls,
  upstream,
  signer,
  apiKeys,
  v1Key,
  limits,
}: Extract<ServerOrder, { kind: 'router' }>): Promise<number> {
  const { KeyRing, oneUpstream, openSigner, startServer } = await import('@nomyo/router');
  const access = await KeyRing.load({ option: 'api keys', path: apiKeys }, console.error);
  const { port } = await startServer({
    signer: await openSigner(signer),
    suites: [1],
    tls,
    access,
    tiers: oneUpstream(upstream),
    v1Key: new TextEncoder().encode(v1Key),
    limits,
    print: () => undefined,
  });
  return port;
}

/** Reads the order that a parent of the same build wrote. */
function parseOrder(json: string | undefined): ServerOrder {
  const order: unknown = JSON.parse(json ?? '{}');
  if (isOrder(order)) return order;
  throw new TypeError('the argument is not the order of a server');
}

function isOrder(value: unknown): value is ServerOrder {
  return ['model', 'plain proxy', 'router'].includes(readText(readMember(value, 'kind')));
}

void start(parseOrder(process.argv[2])).then((port) =>
  serve({
    port: () => port,
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    rss: () => settledRss(),
  }),
);
