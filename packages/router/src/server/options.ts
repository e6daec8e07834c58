/** How a server is started. */
import type { Access } from './access/key-ring.js';
import type { TierTable } from './access/tiers.js';
import type { TlsFiles } from './http/listener.js';
import type { Limits } from './limits.js';
import type { Protocol, Signer, SuiteId } from './protocol/port.js';
import type { RedisClient } from './replay/redis-map.js';
import type { ReplayMap } from './replay/replay-map.js';

/** How other routers find this one. */
export interface FleetOptions {
  readonly redis: RedisClient;
  /** Where the listener for other routers is: plain HTTP, since everything on it is sealed. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface ServerOptions {
  /** Where private keys come from. Default: the generator of this system. */
  readonly protocol?: Protocol | undefined;
  readonly signer: Signer;
  /** Suites that a key is offered for. */
  readonly suites: readonly SuiteId[];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** `undefined`: none. */
  readonly metricsHost: string;
  readonly metricsPort: number | undefined;
  readonly tls: TlsFiles | undefined;
  readonly access: Access;
  readonly tiers: TierTable;
  /** Sent to every upstream as a bearer token. */
  readonly upstreamApiKey: string | undefined;
  readonly replays: ReplayMap;
  /** Private key for protocol 1, PEM; `undefined`: it is not served. */
  readonly v1Key?: Uint8Array | undefined;
  /** Shares its keys' publication with the other routers of the realm. `undefined`: a router by itself. */
  readonly fleet?: FleetOptions | undefined;
  /** Bounds that are not those of `LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** Takes one line of the log. */
  readonly print: (line: string) => void;
  /** Unix seconds. Default: the clock of the system. */
  readonly now?: () => number;
}
