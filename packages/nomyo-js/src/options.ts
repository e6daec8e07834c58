/** The options of a client, with defaults and units, and their checks: all of them before anything is made or sent. */
import { environment } from '#env';
import { InvalidArgumentError, KEY_SIZES, type KeySize } from '@nomyo/crypto';
import type { KeyStoreOptions } from '@nomyo/keystore';
import { checkApiKey, checkPins, parseBaseUrl, type TlsOptions } from '@nomyo/transport';
import {
  aBoolean,
  aFunction,
  anInteger,
  anObject,
  aString,
  MAX_TIMER_MS,
  oneOf,
  optional,
  refuseUnknown,
  type Check,
} from './checks.js';
import { checkLogger, type Logger } from './events.js';

/** An API key, or how to get the one of the moment. */
export type ApiKey = string | (() => string | Promise<string>);

/** What both clients take. */
export interface CommonOptions {
  /** Permits `http:` URLs, for local development, with a warning. Default: `false`. */
  readonly allowHttp?: boolean;
  /** Sent as a bearer token. Default: the environment variable `NOMYO_API_KEY` (Node), or none. */
  readonly apiKey?: ApiKey;
  /** Permits an API key in a browser, where everybody who uses the page can read it. Default: `false`. */
  readonly dangerouslyAllowBrowser?: boolean;
  /** Protect keys and payloads in memory and wipe them after use. Default: `true`. */
  readonly secureMemory?: boolean;
  /** For one attempt, headers and body, in ms. Default: 600 000; an answer comes in one piece. */
  readonly timeout?: number;
  /** Attempts after the first. Default: 2. A retry can run, and bill, a request twice; 0 never does. */
  readonly maxRetries?: number;
  /** Directory of the client's key pair. Default: `client_keys` (Node). `null`: in memory only. */
  readonly keyDir?: string | null;
  /** Age at which a key pair is replaced, in ms. Default: 86 400 000 (24 h). 0: never. */
  readonly keyRotationInterval?: number;
  /** Where rotated pairs are written. Default: `keyDir`. */
  readonly keyRotationDir?: string;
  /** Encrypts every private key file the client writes; at least 8 characters. Default: files are not encrypted. */
  readonly keyRotationPassword?: string;
  /** Modulus of the client's own key pair, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize;
  /** Print what happens, without any secret, through `console`. Default: `false`. */
  readonly debug?: boolean;
  /** `sha256/BASE64` of the SPKI of every router key that is accepted. Default: any that arrives over TLS. */
  readonly serverKeyPins?: readonly string[];
  /** How long the router's key is kept, in ms. Default: 3 600 000 (1 h). 0: fetched for every call. */
  readonly serverKeyTtl?: number;
  /** Certificate authorities, client certificate and TLS version. Node only. */
  readonly tls?: TlsOptions;
  /** Sends every request instead of the built-in client. Redirects and limits are checked all the same. */
  readonly fetch?: typeof globalThis.fetch;
  /** Gets structured events, never bodies. Default: none. */
  readonly logger?: Logger;
}

/** Options that were checked, and complete. */
export interface ResolvedOptions {
  readonly baseUrl: URL;
  readonly apiKey: ApiKey | undefined;
  readonly secure: boolean;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly serverKeyPins: readonly string[];
  readonly serverKeyTtl: number;
  readonly keyStore: KeyStoreOptions;
  readonly http: { readonly tls?: TlsOptions; readonly fetch?: typeof globalThis.fetch };
  readonly loggers: readonly Logger[];
}

export const DEFAULTS = {
  baseUrl: 'https://api.nomyo.ai',
  timeoutMs: 600_000,
  maxRetries: 2,
  rotationMs: 86_400_000,
  serverKeyTtlMs: 3_600_000,
} as const;

/** More attempts than anybody needs; a larger number is a mistake. */
const MAX_RETRIES = 100;

export const aTimeout = anInteger(1, MAX_TIMER_MS);
export const aRetryCount = anInteger(0, MAX_RETRIES);
const aDuration = anInteger(0, MAX_TIMER_MS);

/** Shortest password of a key file, in characters. */
const MIN_PASSWORD_CHARACTERS = 8;

const aPassword: Check<string> = (name, value) => {
  if (typeof value === 'string' && value.length >= MIN_PASSWORD_CHARACTERS) return value;
  throw new InvalidArgumentError(name, `must be a string of at least ${String(MIN_PASSWORD_CHARACTERS)} characters`);
};

const OPTION_NAMES: readonly (keyof CommonOptions)[] = [
  'allowHttp',
  'apiKey',
  'dangerouslyAllowBrowser',
  'secureMemory',
  'timeout',
  'maxRetries',
  'keyDir',
  'keyRotationInterval',
  'keyRotationDir',
  'keyRotationPassword',
  'keySize',
  'debug',
  'serverKeyPins',
  'serverKeyTtl',
  'tls',
  'fetch',
  'logger',
];

/**
 * @param urlName what this client calls its base URL
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 * @throws {SecurityError} `INSECURE_URL`
 */
export function resolveOptions(config: CommonOptions, urlName: string, url: unknown): ResolvedOptions {
  refuseUnknown('this client', config, [urlName, ...OPTION_NAMES]);
  const allowHttp = optional('allowHttp', config.allowHttp, aBoolean, false);
  const secure = optional('secureMemory', config.secureMemory, aBoolean, true);
  return {
    baseUrl: parseBaseUrl(optional(urlName, url, aString, DEFAULTS.baseUrl), { allowHttp }),
    apiKey: resolveApiKey(config),
    secure,
    timeout: optional('timeout', config.timeout, aTimeout, DEFAULTS.timeoutMs),
    maxRetries: optional('maxRetries', config.maxRetries, aRetryCount, DEFAULTS.maxRetries),
    serverKeyPins: resolvePins(config.serverKeyPins),
    serverKeyTtl: optional('serverKeyTtl', config.serverKeyTtl, aDuration, DEFAULTS.serverKeyTtlMs),
    keyStore: resolveKeyStore(config, secure),
    http: resolveHttp(config),
    loggers: resolveLoggers(config),
  };
}

function resolveApiKey(config: CommonOptions): ApiKey | undefined {
  const apiKey: unknown = config.apiKey ?? environment.variable('NOMYO_API_KEY');
  const allowed = optional('dangerouslyAllowBrowser', config.dangerouslyAllowBrowser, aBoolean, false);
  if (apiKey === undefined) return undefined;
  if (environment.isBrowser && !allowed) {
    throw new InvalidArgumentError('apiKey', 'can be read by every user of the page; see dangerouslyAllowBrowser');
  }
  if (typeof apiKey === 'function') return config.apiKey;
  checkApiKey(aString('apiKey', apiKey));
  return aString('apiKey', apiKey);
}

function resolvePins(pins: readonly string[] = []): readonly string[] {
  if (!Array.isArray(pins)) throw new InvalidArgumentError('serverKeyPins', 'must be an array');
  checkPins(pins);
  return [...pins];
}

function resolveKeyStore(config: CommonOptions, secure: boolean): KeyStoreOptions {
  const { keyDir, keyRotationInterval, keyRotationDir, keyRotationPassword, keySize } = config;
  return {
    secure,
    keyDir: keyDir === null ? null : optional('keyDir', keyDir, aString, environment.defaultKeyDir),
    rotationInterval: optional('keyRotationInterval', keyRotationInterval, aDuration, DEFAULTS.rotationMs),
    ...(keyRotationDir === undefined ? {} : { rotationDir: aString('keyRotationDir', keyRotationDir) }),
    ...(keyRotationPassword === undefined ? {} : { password: aPassword('keyRotationPassword', keyRotationPassword) }),
    ...(keySize === undefined ? {} : { keySize: oneOf(KEY_SIZES)('keySize', keySize) }),
  };
}

function resolveHttp({ tls, fetch }: CommonOptions): ResolvedOptions['http'] {
  if (tls !== undefined) anObject('tls', tls);
  if (fetch !== undefined) aFunction('fetch', fetch);
  return { ...(tls === undefined ? {} : { tls }), ...(fetch === undefined ? {} : { fetch }) };
}

function resolveLoggers({ debug, logger }: CommonOptions): readonly Logger[] {
  if (logger !== undefined) checkLogger(logger);
  const isLoud = optional('debug', debug, aBoolean, false);
  return [...(isLoud ? [console] : []), ...(logger === undefined ? [] : [logger])];
}
