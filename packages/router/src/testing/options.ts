/** The options of a router, with defaults and units, and their checks. */
import { InvalidArgumentError, KEY_SIZES, SUITE, type KeySize } from '@nomyo/crypto';
import { createAnswerer, type Answers } from './answers/answers.js';
import { createPlan, type FailPlan, type FailSpec } from './fail/plan.js';
import type { TlsIdentity } from './http/listener.js';
import type { SeenRequest } from './http/seen.js';
import { DEFAULT_RATE_LIMIT, type RateLimitSettings } from './policy/rate-limit.js';
import type { TierModels } from './policy/tiers.js';
import type { Answerer } from './protocol/completion.js';
import { respond } from './responder/responder.js';
import { completionsUrl } from './upstream/endpoint.js';
import { createUpstream } from './upstream/upstream.js';

/** How a router is started. */
export interface RouterOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string;
  /** 0: any free one. Default: 0. */
  readonly port?: number;
  /** Stands before both paths of the protocol: empty, or `/…` without a slash at its end. Default: empty. */
  readonly prefix?: string;
  /** Origin of pages that may call from a browser (CORS): `https://…` without a path, or `*`. Default: none. */
  readonly allowOrigin?: string;
  /** HTTPS, with a certificate made on the spot (`true`) or this one. Default: `false`. */
  readonly tls?: boolean | TlsIdentity;
  /** Any of these is demanded. Default: none, and everybody may call. */
  readonly apiKeys?: readonly string[];
  /** The router's private key: PEM, `PRIVATE KEY` or `RSA PRIVATE KEY`. Default: one is made. */
  readonly keyPem?: string | Uint8Array;
  /** Modulus of keys that are made, in bits. Default: 4096. */
  readonly keySize?: KeySize;
  /** The model's replies; excludes `upstream`. Default: the embedded responder says what it read. */
  readonly answers?: Answers;
  /** Base URL of an OpenAI-compatible server that answers. Default: the embedded responder. */
  readonly upstream?: string;
  /** Sent to the upstream as a bearer token. Default: none. */
  readonly upstreamApiKey?: string;
  /** For one answer of the upstream, in ms. Default: 600 000. */
  readonly upstreamTimeout?: number;
  /** Models that a tier may use. Default: any. */
  readonly tierModels?: TierModels;
  /** The limits that the service publishes (`true`), or others. Default: `false`, no limit. */
  readonly rateLimit?: boolean | Partial<RateLimitSettings>;
  /** The faults to produce. Default: none. */
  readonly fail?: FailSpec;
  /** Receives one line per request. Default: none. */
  readonly log?: (line: string) => void;
  /** Called when a request was answered, or its connection ended. Default: none. */
  readonly onRequest?: (seen: SeenRequest) => void;
  /** How many requests `Router.requests` holds. Default: 100; and never more than 64 MiB of bodies. */
  readonly keepRequests?: number;
}

/** Options that were checked, and complete. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  readonly allowOrigin: string | undefined;
  readonly tls: boolean | TlsIdentity;
  readonly apiKeys: readonly string[];
  readonly keyPem: string | Uint8Array | undefined;
  readonly keySize: KeySize;
  readonly answerer: Answerer;
  readonly tierModels: TierModels;
  readonly rateLimit: RateLimitSettings | undefined;
  readonly plan: FailPlan;
  readonly log: (line: string) => void;
  readonly onRequest: (seen: SeenRequest) => void;
  readonly keepRequests: number;
}

const DEFAULTS = { host: '127.0.0.1', upstreamTimeoutMs: 600_000, keepRequests: 100 } as const;

const MAX_PORT = 65_535;
const MAX_KEPT = 100_000;

/** Longest delay that timers take, in ms: 2^31 - 1. */
const MAX_TIMER_MS = 2_147_483_647;

const OPTION_NAMES: Readonly<Record<keyof RouterOptions, true>> = {
  host: true,
  port: true,
  prefix: true,
  allowOrigin: true,
  tls: true,
  apiKeys: true,
  keyPem: true,
  keySize: true,
  answers: true,
  upstream: true,
  upstreamApiKey: true,
  upstreamTimeout: true,
  tierModels: true,
  rateLimit: true,
  fail: true,
  log: true,
  onRequest: true,
  keepRequests: true,
};

/** @throws {InvalidArgumentError} on a wrong value or an unknown name */
export function resolveOptions(options: RouterOptions): Settings {
  refuseUnknown(options);
  return {
    host: options.host ?? DEFAULTS.host,
    port: anInteger('port', options.port ?? 0, 0, MAX_PORT),
    prefix: checkPrefix(options.prefix ?? ''),
    allowOrigin: options.allowOrigin === undefined ? undefined : checkOrigin(options.allowOrigin),
    tls: options.tls ?? false,
    apiKeys: (options.apiKeys ?? []).map((apiKey) => checkApiKey('apiKeys', apiKey)),
    keyPem: options.keyPem,
    keySize: checkKeySize(options.keySize ?? SUITE.defaultModulusBits),
    answerer: resolveAnswerer(options),
    tierModels: options.tierModels ?? {},
    rateLimit: resolveRateLimit(options.rateLimit ?? false),
    plan: createPlan(options.fail),
    log: options.log ?? ((): void => undefined),
    onRequest: options.onRequest ?? ((): void => undefined),
    keepRequests: anInteger('keepRequests', options.keepRequests ?? DEFAULTS.keepRequests, 0, MAX_KEPT),
  };
}

function refuseUnknown(options: RouterOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(OPTION_NAMES, name)) throw new InvalidArgumentError(name, 'is no option of a router');
  }
}

function anInteger(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(name, `must be an integer from ${String(least)} to ${String(most)}`);
}

function checkOrigin(origin: string): string {
  if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin;
  throw new InvalidArgumentError('allowOrigin', 'must be an origin, such as https://page.example, or *');
}

function checkPrefix(prefix: string): string {
  if (/^(?:\/[\w.~-]+)*$/u.test(prefix)) return prefix;
  throw new InvalidArgumentError('prefix', 'must be empty, or /… without a slash at its end');
}

/** RFC 6750 §2.1 allows less; what breaks a header is refused, and so is what can never be sent. */
function checkApiKey(name: string, apiKey: string): string {
  if (/^[\u0021-\u007e]+$/u.test(apiKey)) return apiKey;
  throw new InvalidArgumentError(name, 'must be non-empty, of printable ASCII without spaces');
}

function checkKeySize(keySize: KeySize): KeySize {
  if (KEY_SIZES.includes(keySize)) return keySize;
  throw new InvalidArgumentError('keySize', `must be one of ${KEY_SIZES.join(', ')} bits`);
}

function resolveAnswerer(options: RouterOptions): Answerer {
  const { answers, upstream, upstreamApiKey, upstreamTimeout = DEFAULTS.upstreamTimeoutMs } = options;
  if (answers !== undefined && upstream !== undefined) {
    throw new InvalidArgumentError('answers', 'and upstream exclude each other: one of them answers');
  }
  if (answers !== undefined) return createAnswerer(answers);
  if (upstream === undefined) return respond;
  const timeoutMs = anInteger('upstreamTimeout', upstreamTimeout, 1, MAX_TIMER_MS);
  const apiKey = upstreamApiKey === undefined ? undefined : checkApiKey('upstreamApiKey', upstreamApiKey);
  return createUpstream({ url: completionsUrl(upstream), apiKey, timeoutMs });
}

function resolveRateLimit(rateLimit: boolean | Partial<RateLimitSettings>): RateLimitSettings | undefined {
  if (rateLimit === false) return undefined;
  return rateLimit === true ? DEFAULT_RATE_LIMIT : { ...DEFAULT_RATE_LIMIT, ...rateLimit };
}
