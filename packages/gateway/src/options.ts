/** The options of a gateway, with defaults and units, and its limits. */
import { InvalidArgumentError } from '@nomyo/base';
import type { SecureChatCompletionConfig, SecurityTier } from 'nomyo-js';
import type { Call } from './calls/book.js';
import { checkToken, makeToken } from './http/token.js';

/** How a gateway is started. */
export interface GatewayOptions {
  /** Of the client that seals: where the router is, keys, pins, policy. */
  readonly client?: SecureChatCompletionConfig;
  /** Address to listen on. Default: `127.0.0.1`. Any but loopback needs `token` and `tls`. */
  readonly host?: string;
  /** 0: any free one. Default: 11435, beside Ollama's. */
  readonly port?: number;
  /** What clients must send; at least 16 printable characters. Default: a random one, in `Gateway.token`. */
  readonly token?: string;
  /** PEM of the certificate chain and its private key. Default: plain HTTP, for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Calls at a time. Default: 64. */
  readonly maxConcurrent?: number;
  /** Calls that wait; the next one gets 429. Default: 256. */
  readonly maxQueue?: number;
  /** For calls that name no model. Default: such calls are refused. */
  readonly model?: string;
  /** The least tier of every call. Default: what the client asks for. */
  readonly securityTier?: SecurityTier;
  /** Told of every call when it has ended. */
  readonly onCall?: (call: Call) => void;
}

/** Complete, and checked. */
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

/** What a client can make the gateway hold, and for how long. */
export const LIMITS = {
  /** The protocol takes 10 MiB of JSON; white space and another dialect can make it longer on its way here. */
  bodyBytes: 12_582_912,
  headerBytes: 16_384,
  connections: 1_024,
  /** From the opening of a connection to the end of its headers. */
  headersMs: 30_000,
  /** To the end of the body. */
  requestMs: 60_000,
  /** How often these two are looked at. */
  checkMs: 5_000,
  /** A connection without a request. */
  keepAliveMs: 30_000,
  /** A client that takes nothing of its answer. */
  stallMs: 60_000,
} as const;

const MAX_PORT = 65_535;
const MAX_CALLS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/u;

/** @throws {InvalidArgumentError} on a wrong option, or an address that others reach without a token and TLS */
export function resolveOptions(options: GatewayOptions): ResolvedOptions {
  const { client = {}, host = DEFAULTS.host, token, tls, model, securityTier } = options;
  if (!LOOPBACK.test(host) && (token === undefined || tls === undefined)) {
    throw new InvalidArgumentError('host', 'is reached by other machines: that needs token and tls');
  }
  return {
    client,
    host,
    port: anInteger('port', options.port ?? DEFAULTS.port, 0, MAX_PORT),
    token: token === undefined ? makeToken() : checkToken(token),
    tls,
    maxConcurrent: anInteger('maxConcurrent', options.maxConcurrent ?? DEFAULTS.maxConcurrent, 1, MAX_CALLS),
    maxQueue: anInteger('maxQueue', options.maxQueue ?? DEFAULTS.maxQueue, 0, MAX_CALLS),
    model,
    securityTier,
    onCall: options.onCall ?? ((): void => undefined),
  };
}

function anInteger(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(name, `must be an integer from ${String(least)} to ${String(most)}`);
}
