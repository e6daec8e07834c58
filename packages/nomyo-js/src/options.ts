/** The options of a client, with defaults and units. */
import type { KeySize, KeySource, SecureByteContextOptions } from '@nomyo/crypto';
import type { KeyStoreOptions } from '@nomyo/keystore';
import type { AllowHttp, HttpClientOptions, RateLimit, RetryMode, TlsOptions } from '@nomyo/transport';
import type { Logger } from './events.js';
import type { CallObserver } from './observe/observer.js';
import type { Padding } from './padding.js';
import type { Policy } from './policy.js';
import type { Protocol } from './protocol.js';
import type { SharedRateLimit } from './rate-limit.js';
import type { OnServerKeyChange, ServerKeyPolicy, ServerKeyRules } from './server-key-policy.js';

/** An API key, or how to get the one of the moment. */
export type ApiKey = string | (() => string | Promise<string>);

/** The options of both clients. */
export interface CommonOptions {
  /**
   * Permits `http:` URLs, with a warning: `true` on this machine alone, for local development; `dangerously-remote` on any
   * other too, where everybody on the way can read metadata and replace the router's key. Default: `false`.
   */
  readonly allowHttp?: AllowHttp;
  /** Sent as a bearer token. Default: the environment variable `NOMYO_API_KEY` (Node), or none. */
  readonly apiKey?: ApiKey | undefined;
  /** Permits an API key in a browser, where everybody who uses the page can read it. Default: `false`. */
  readonly dangerouslyAllowBrowser?: boolean;
  /**
   * Refuse memory that the operating system does not lock, with `MEMORY_NOT_LOCKED`, before a secret is in it: at the start
   * when a request of ordinary size could never be locked, and for each call. A call waits for room within its timeout.
   * Default: `false`.
   */
  readonly requireLockedMemory?: boolean;
  /** Protect keys and payloads in memory and wipe them after use. Default: `true`. */
  readonly secureMemory?: boolean;
  /** For one attempt, headers and body, in ms. Default: 600 000; an answer comes in one piece. */
  readonly timeout?: number;
  /** Longest answer that is read, sealed, in bytes. Default: 33 554 432 (32 MiB). */
  readonly maxResponseBytes?: number;
  /**
   * Most connections of this client, and so calls, at a time. Other calls wait in line, which is no part of `timeout`.
   * Default: 64. Node only.
   */
  readonly maxConnections?: number;
  /** `false`: requests do not say `User-Agent: nomyo-js/VERSION`. Browsers send their own. Default: `true`. */
  readonly userAgent?: boolean;
  /** Attempts after the first. Default: 2. A retry can run, and bill, a request twice; 0 never does. */
  readonly maxRetries?: number;
  /**
   * What is retried: `all` that can be mended, `safe`: only what was certainly not run, `none`. Default: `all`, as
   * the service documents.
   */
  readonly retry?: RetryMode;
  /**
   * Longest delay before a retry, in ms. Where the router asks for more (`Retry-After`), the call is not retried: its
   * error says `retryAfter`. Default: 60 000.
   */
  readonly maxRetryDelay?: number;
  /**
   * Paces the calls of all clients in this process that share an API key; a fleet of processes shares a budget through
   * `nomyo-js/redis-rate-limit`. The wait is no part of `timeout`. Default: `false`.
   */
  readonly rateLimit?: RateLimit | SharedRateLimit | false;
  /** The client's private key where it is elsewhere: in a key agent, an HSM or a KMS. Excludes the key options below. */
  readonly keys?: KeySource;
  /** Directory of the client's key pair. Default: `client_keys` (Node). `null`: in memory only. */
  readonly keyDir?: string | null;
  /**
   * Browsers only: the pair is kept in IndexedDB, for all tabs of the origin, and its private key cannot be exported.
   * Excludes `keyDir`, `keyRotationDir` and `keyRotationPassword`. Default: in memory only.
   */
  readonly keyStorage?: 'indexeddb';
  /** Age at which a key pair is replaced, in ms, at most 366 days. Default: 86 400 000 (24 h). 0: never. */
  readonly keyRotationInterval?: number;
  /** Requests that one key pair serves before it is replaced. Default: no limit. */
  readonly keyRotationRequests?: number;
  /** Where rotated pairs are written. Default: `keyDir`. */
  readonly keyRotationDir?: string;
  /**
   * Encrypts every private key file the client writes, the first one too; at least 8 characters, or bytes of UTF-8.
   * The client keeps a copy of its own: bytes can be wiped afterwards. Default: files are not encrypted. `undefined` is
   * refused, so that an unset environment variable cannot turn encryption off.
   */
  readonly keyRotationPassword?: string | Uint8Array;
  /** Modulus of the client's own key pair, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize;
  /** Print what happens, without any secret, through `console`. Default: `false`. */
  readonly debug?: boolean;
  /** `sha256/BASE64` of the SPKI of every router key that is accepted. Default: any that arrives over TLS. */
  readonly serverKeyPins?: readonly string[];
  /**
   * Which keys of the router are accepted. Default: `pinned` when there are `serverKeyPins`, else `any`. Pins hold under
   * every policy. `first-use` remembers the key where the key pair is kept; with `keyDir: null`, or `keys`, in memory only.
   */
  readonly serverKeyPolicy?: ServerKeyPolicy;
  /**
   * Under `first-use`, decides about a changed key before anything is sealed to it: `true` accepts it and has it
   * remembered. Calls wait for it. Default: every change is refused.
   */
  readonly onServerKeyChange?: OnServerKeyChange;
  /** How long the router's key is kept, in ms. Default: 3 600 000 (1 h). 0: fetched for every call. */
  readonly serverKeyTtl?: number;
  /** Hides the length of requests: `none`, `pow2`, or `{ block: bytes }`. Default: `none`. */
  readonly padding?: Padding;
  /** Rules that every call must keep to. Default: none; see `phiPolicy`. */
  readonly policy?: Policy;
  /**
   * `http:` or `https:` URL of a proxy, credentials included. Default: `HTTPS_PROXY`, but for loopback addresses.
   * `null`: none. Hosts in `NO_PROXY` are reached without. Node only.
   */
  readonly proxy?: string | null;
  /** Certificate authorities, client certificate and TLS version. Node only. */
  readonly tls?: TlsOptions;
  /** Sends every request instead of the built-in client. Redirects and limits are checked all the same. */
  readonly fetch?: typeof globalThis.fetch;
  /** Gets structured events, never bodies. Default: none. */
  readonly logger?: Logger;
  /**
   * `v2({ roots })` of `nomyo-js/v2`: version 2 of the protocol, and nothing else. Options that have no effect there are
   * refused. Default: version 1.
   */
  readonly protocol?: Protocol;
  /** Writes a line about every call, without content: what `openAuditLog()` of `nomyo-js/audit` gives. Default: none. */
  readonly audit?: CallObserver;
}

/** Where a client's private key is: elsewhere, or in a key store of the client's own. */
export type KeyOrigin =
  | { readonly kind: 'given'; readonly source: KeySource }
  | { readonly kind: 'store'; readonly options: KeyStoreOptions };

/** Options that were checked, and complete. */
export interface ResolvedOptions {
  readonly baseUrl: URL;
  readonly apiKey: ApiKey | undefined;
  readonly memory: SecureByteContextOptions;
  readonly timeout: number;
  readonly maxResponseBytes: number;
  readonly maxRetries: number;
  readonly retry: RetryMode;
  readonly maxRetryDelay: number;
  readonly rateLimit: RateLimit | SharedRateLimit | undefined;
  readonly serverKeys: ServerKeyRules;
  readonly serverKeyTtl: number;
  readonly padding: Padding;
  readonly policy: Policy;
  readonly keys: KeyOrigin;
  readonly http: HttpClientOptions;
  readonly loggers: readonly Logger[];
  readonly observers: readonly CallObserver[];
}

/** Defaults, with their units. */
export const DEFAULTS = {
  timeoutMs: 600_000,
  maxResponseBytes: 33_554_432,
  maxRetries: 2,
  maxRetryDelayMs: 60_000,
  serverKeyTtlMs: 3_600_000,
} as const;
