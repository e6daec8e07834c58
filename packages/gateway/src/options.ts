/** The options of a gateway with their defaults and units, and its fixed limits. */
import { anInteger, InvalidArgumentError, isLoopback, optional } from '@nomyo/base';
import type { SecureChatCompletionConfig, SecurityTier } from 'nomyo-js';
import type { Call } from './calls/book.js';
import { checkTls } from './http/tls.js';
import { checkToken, makeToken } from './http/token.js';

/** How a gateway is started. */
export interface GatewayOptions {
  /** Options of the client that seals: base URL, keys, pins, policy. Default: those of the client. */
  readonly client?: SecureChatCompletionConfig;
  /** Address to listen on. Default: `127.0.0.1`. Other than loopback needs `token` and `tls`. */
  readonly host?: string;
  /** 0 picks a free one. Default: 11435, next to Ollama's. */
  readonly port?: number;
  /** Token that clients must send, at least 16 printable characters. Default: a random one, in `Gateway.token`. */
  readonly token?: string;
  /** PEM of the certificate chain and its private key. Default: plain HTTP, for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How many calls run at once. Default: 64. */
  readonly maxConcurrent?: number;
  /** How many calls may wait; further ones get 429. Default: 256. */
  readonly maxQueue?: number;
  /** Model for calls that name none. Default: such calls are refused. */
  readonly model?: string;
  /** Lowest tier of any call. Default: whatever the client asks for. */
  readonly securityTier?: SecurityTier;
  /** Called with every call once it has ended. Default: none. */
  readonly onCall?: (call: Call) => void;
}

/** The options, checked and complete. */
export interface ResolvedOptions {
  readonly client: SecureChatCompletionConfig;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly tls: GatewayOptions['tls'];
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly model: string | undefined;
  readonly securityTier: SecurityTier | undefined;
  readonly onCall: (call: Call) => void;
}

/** Defaults. */
export const DEFAULTS = { host: '127.0.0.1', port: 11_435, maxConcurrent: 64, maxQueue: 256 } as const;

/** The limits on what a client can make the gateway hold, and for how long. */
export const LIMITS = {
  /** The protocol's limit is 10 MiB of JSON; white space and other dialects can make it longer here. */
  bodyBytes: 12_582_912,
  headerBytes: 16_384,
  connections: 1_024,
  /** From the opening of a connection to the end of its headers. */
  headersMs: 30_000,
  /** To the end of the body. */
  requestMs: 60_000,
  /** How often the two are checked. */
  checkMs: 5_000,
  /** A connection without a request. */
  keepAliveMs: 30_000,
  /** A client that reads nothing of its answer. */
  stallMs: 60_000,
} as const;

const MAX_PORT = 65_535;
const MAX_CALLS = 10_000;

/** @throws {InvalidArgumentError} on a wrong option, or an address that others reach without a token and TLS */
export function resolveOptions(options: GatewayOptions): ResolvedOptions {
  const { client = {}, host = DEFAULTS.host, token, tls, model, securityTier } = options;
  if (!isLoopback(host) && (token === undefined || tls === undefined)) {
    throw new InvalidArgumentError('host', 'is reached by other machines: that needs token and tls');
  }
  if (tls !== undefined) checkTls(tls);
  return {
    client,
    host,
    port: optional('port', options.port, anInteger(0, MAX_PORT), DEFAULTS.port),
    token: token === undefined ? makeToken() : checkToken(token),
    tls,
    maxConcurrent: optional(
      'maxConcurrent',
      options.maxConcurrent,
      anInteger(1, MAX_CALLS),
      DEFAULTS.maxConcurrent,
    ),
    maxQueue: optional('maxQueue', options.maxQueue, anInteger(0, MAX_CALLS), DEFAULTS.maxQueue),
    model,
    securityTier,
    onCall: options.onCall ?? ((): void => undefined),
  };
}
