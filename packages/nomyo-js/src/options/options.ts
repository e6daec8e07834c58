/** The options of a client. */
import type { KeySize, KeySource, SecureByteContextOptions } from '@nomyo/crypto';
import type { KeyStoreOptions } from '@nomyo/keystore';
import type { AllowHttp, HttpClientOptions, RateLimit, RetryMode, TlsOptions } from '@nomyo/transport';
import type { Logger } from '../events.js';
import type { CallObserver } from '../observe/observer.js';
import type { Padding } from './padding.js';
import type { Policy } from '../policy/policy.js';
import type { Protocol } from '../protocol.js';
import type { SharedRateLimit } from '../rate-limit/rate-limit.js';
import type { OnServerKeyChange, ServerKeyPolicy, ServerKeyRules } from '../v1/server-key-policy.js';

/** An API key, or a function that returns the current one. */
export type ApiKey = string | (() => string | Promise<string>);

/** The options of both clients. */
export interface CommonOptions {
  /**
   * Permits `http:` URLs, with a warning. `true`: only to this machine, for local development. `dangerously-remote`: to
   * any other as well, so that anyone on the way can read metadata and replace the router's key. Default: `false`; such
   * a URL is a `SecurityError` `INSECURE_URL`.
   */
  readonly allowHttp?: AllowHttp;
  /**
   * Sent as a bearer token; a function is called for each call. Default: the variable `NOMYO_API_KEY` (Node), or none.
   */
  readonly apiKey?: ApiKey | undefined;
  /** Permits an API key in a browser, where every user of the page can read it. Default: `false`. */
  readonly dangerouslyAllowBrowser?: boolean;
  /**
   * Refuses memory that the operating system does not lock, with a `SecurityError` `MEMORY_NOT_LOCKED`, before a secret
   * is in it: in the constructor if a request of ordinary size could never be locked, and in each call. A call waits
   * for room within its timeout. Default: `false`.
   */
  readonly requireLockedMemory?: boolean;
  /** Protects keys and payloads in memory, and wipes them after use. Default: `true`. */
  readonly secureMemory?: boolean;
  /**
   * Longest duration of one attempt, from connecting to the end of the answer, in ms, 1 to 2^31 - 1; after that it
   * fails with an `APIConnectionTimeoutError`. Default: 600 000, because an answer comes in one piece.
   */
  readonly timeout?: number;
  /**
   * Longest answer, in bytes, 1024 to 2^31 - 1: sealed in version 1, opened in version 2. A longer one is a
   * `SecurityError` `BODY_TOO_LARGE`, or an error `TOO_LARGE` in version 2. Default: 33 554 432 (32 MiB).
   */
  readonly maxResponseBytes?: number;
  /**
   * Most connections of this client, and thus calls, at a time, 1 to 65 535. Further calls wait in line, which does not
   * count towards `timeout`. Default: 64. Node only.
   */
  readonly maxConnections?: number;
  /** Whether requests send `User-Agent: nomyo-js/VERSION`. Browsers always send their own. Default: `true`. */
  readonly userAgent?: boolean;
  /**
   * Most attempts after the first, 0 to 100. A retry may run, and bill, a request twice; with 0 none does. Default: 2.
   */
  readonly maxRetries?: number;
  /**
   * The failures that are retried. `all`: all that can be temporary; `safe`: only those after which the request was
   * certainly not run; `none`: none. Default: `all`, as the service documents.
   */
  readonly retry?: RetryMode;
  /**
   * Longest delay before a retry, in ms. If the router asks for more (`Retry-After`), the call is not retried; its
   * error has `retryAfter`. Default: 60 000.
   */
  readonly maxRetryDelay?: number;
  /**
   * Paces the calls of all clients in this process that share an API key; a fleet of processes can share a budget
   * through `nomyo-js/redis-rate-limit`. Waiting does not count towards `timeout`. Default: `false`.
   */
  readonly rateLimit?: RateLimit | SharedRateLimit | false;
  /**
   * The client's private key, held elsewhere: in a key agent, an HSM or a KMS. Excludes the key options below. Default:
   * a key pair of the client's own.
   */
  readonly keys?: KeySource;
  /** Directory of the client's key pair. Default: `client_keys` (Node). `null`: in memory only. */
  readonly keyDir?: string | null;
  /**
   * Browsers only: keeps the pair in IndexedDB, shared by all tabs of the origin; its private key cannot be exported.
   * Excludes `keyDir`, `keyRotationDir` and `keyRotationPassword`. Default: in memory only.
   */
  readonly keyStorage?: 'indexeddb';
  /**
   * Age at which a key pair is replaced, in ms, at most 31 622 400 000 (366 days). Default: 86 400 000 (24 h). 0:
   * never.
   */
  readonly keyRotationInterval?: number;
  /** Number of requests that one key pair serves before it is replaced, at least 1. Default: no limit. */
  readonly keyRotationRequests?: number;
  /** Directory to which rotated pairs are written. Default: `keyDir`. */
  readonly keyRotationDir?: string;
  /**
   * Encrypts every private key file that the client writes, including the first; at least 8 characters, or bytes of
   * UTF-8. The client makes a copy, so bytes can be wiped afterwards. Default: files are not encrypted. An explicit
   * `undefined` is an error, so that an unset environment variable cannot turn encryption off.
   */
  readonly keyRotationPassword?: string | Uint8Array;
  /** Modulus of the client's own key pair, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize;
  /** Prints events through `console`, without any secret. Default: `false`. */
  readonly debug?: boolean;
  /**
   * `sha256/BASE64` of the SPKI of every router key that is accepted; any other is a `SecurityError`
   * `SERVER_KEY_NOT_PINNED`. Default: any that arrives over TLS.
   */
  readonly serverKeyPins?: readonly string[];
  /**
   * The router keys that are accepted. `first-use` remembers the key next to the key pair; with `keyDir: null` or
   * `keys`, in memory only. Pins apply under every policy. Default: `pinned` with `serverKeyPins`, otherwise `any`.
   */
  readonly serverKeyPolicy?: ServerKeyPolicy;
  /**
   * Under `first-use`, decides about a changed key before anything is sealed to it: `true` accepts and remembers it.
   * Calls wait for the decision. Default: every change is refused (`SecurityError` `SERVER_KEY_CHANGED`).
   */
  readonly onServerKeyChange?: OnServerKeyChange;
  /** Time that the router's key is kept, in ms. Default: 3 600 000 (1 h). 0: it is fetched for every call. */
  readonly serverKeyTtl?: number;
  /** Hides the length of requests: `none`, `pow2`, or `{ block }` in bytes. Default: `none`. */
  readonly padding?: Padding;
  /** Rules for every call; a violation is a `PolicyError`. See `phiPolicy`. Default: none. */
  readonly policy?: Policy;
  /**
   * `http:` or `https:` URL of a proxy, credentials included; `null`: none. Hosts in `NO_PROXY` are reached without it.
   * Default: `HTTPS_PROXY`, except for loopback addresses. Node only.
   */
  readonly proxy?: string | null;
  /** Certificate authorities, client certificate and TLS version. Default: Node's authorities, TLS 1.2. Node only. */
  readonly tls?: TlsOptions;
  /** Sends every request instead of the built-in client. Redirects and limits are still checked. Default: none. */
  readonly fetch?: typeof globalThis.fetch;
  /** Receives structured events, never bodies. Default: none. */
  readonly logger?: Logger;
  /**
   * The result of `v2({ roots })` from `nomyo-js/v2`: uses version 2 of the protocol, and nothing else. Options that
   * have no effect there are then errors. Default: version 1.
   */
  readonly protocol?: Protocol;
  /**
   * The result of `openAuditLog()` from `nomyo-js/audit`: writes a line about every call, without content. Default:
   * none.
   */
  readonly audit?: CallObserver;
}

/** The origin of a client's private key: held elsewhere, or in a key store of the client's own. */
export type KeyOrigin =
  | { readonly kind: 'given'; readonly source: KeySource }
  | { readonly kind: 'store'; readonly options: KeyStoreOptions };

/** Options after checking, with all defaults. */
export interface ResolvedOptions {
  readonly baseUrl: URL;
  readonly apiKey: ApiKey | undefined;
  readonly memory: SecureByteContextOptions;
  readonly timeout: number;
  readonly maxResponseBytes: number;
  readonly maxRetries: number;
  readonly retry: RetryMode;
  /** `undefined`: the transport's default. */
  readonly maxRetryDelay: number | undefined;
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
  serverKeyTtlMs: 3_600_000,
} as const;
