/** How a server is started. */
import type { Access } from './access/key-ring.js';
import type { TierTable } from './access/tiers.js';
import type { TlsFiles } from './http/listener.js';
import { LIMITS, type Limits } from './limits.js';
import type { RedisClient } from './replay/redis-map.js';
import { gatewayProtocol, type Protocol, type Signer, type SuiteId } from './protocol/port.js';
import { MemoryReplayMap, type ReplayMap } from './replay/replay-map.js';

/** How other routers find this one. */
export interface FleetOptions {
  readonly redis: RedisClient;
  /** Where the listener for other routers is: plain HTTP, since everything on it is sealed. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** The settings of a server. Signer, access and tiers are decisions, so none of them has a default. */
export interface ServerOptions {
  /** Where private keys come from. Default: the generator of this system. */
  readonly protocol?: Protocol | undefined;
  readonly signer: Signer;
  /** Suites that a key is offered for. Default: 1 and 2, all there are. */
  readonly suites?: readonly SuiteId[] | undefined;
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: 0, any free one. */
  readonly port?: number | undefined;
  /** Address of the listener for metrics. Default: `127.0.0.1`. */
  readonly metricsHost?: string | undefined;
  /** Port of `/metrics` and `/healthz`; 0: any free one. Default: neither is served. */
  readonly metricsPort?: number | undefined;
  /** PEM of the certificate chain and its key. Default: plain HTTP, for a proxy that ends TLS. */
  readonly tls?: TlsFiles | undefined;
  /** The access rules for clients. */
  readonly access: Access;
  /** The upstream of each tier. */
  readonly tiers: TierTable;
  /** Sent to every upstream as a bearer token. Default: no such header. */
  readonly upstreamApiKey?: string | undefined;
  /** Where requests are remembered, so that none runs twice. Default: the memory of this process. */
  readonly replays?: ReplayMap | undefined;
  /** Private key for protocol 1, PEM. Default: protocol 1 is not served. */
  readonly v1Key?: Uint8Array | undefined;
  /** Shares its keys' publication with the other routers of the realm. Default: a router by itself. */
  readonly fleet?: FleetOptions | undefined;
  /** Bounds that replace the ones in `LIMITS`. Default: none. */
  readonly limits?: Partial<Limits> | undefined;
  /** Takes one line of the log, such as `console.log`. Default: nothing is logged. */
  readonly print?: ((line: string) => void) | undefined;
  /** Unix seconds. Default: the clock of the system. */
  readonly now?: (() => number) | undefined;
}

/** The same with nothing left open. */
export interface ServerSettings extends Omit<ServerOptions, 'limits'> {
  readonly protocol: Protocol;
  readonly suites: readonly SuiteId[];
  readonly host: string;
  readonly port: number;
  readonly metricsHost: string;
  readonly replays: ReplayMap;
  readonly limits: Limits;
  readonly print: (line: string) => void;
  readonly now: () => number;
}

/** The only place where the defaults of {@link ServerOptions} stand. */
export function settingsOf(options: ServerOptions): ServerSettings {
  return {
    ...options,
    protocol: options.protocol ?? gatewayProtocol,
    suites: options.suites ?? [1, 2],
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    metricsHost: options.metricsHost ?? '127.0.0.1',
    replays: options.replays ?? new MemoryReplayMap(),
    limits: { ...LIMITS, ...options.limits },
    print: options.print ?? ((): void => undefined),
    now: options.now ?? ((): number => Date.now() / 1_000),
  };
}
