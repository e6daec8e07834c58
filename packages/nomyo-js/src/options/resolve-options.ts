/** Checks and completes the options of a client, before a key is made, a file written or a connection opened. */
import { environment } from '#env';
import {
  aBoolean,
  anInteger,
  aString,
  InvalidArgumentError,
  MAX_TIMER_MS,
  oneOf,
  optional,
  refuseUndefined,
  refuseUnknown,
  type Check,
} from '@nomyo/base';
import {
  checkApiKey,
  checkPins,
  DEFAULT_BASE_URL,
  parseBaseUrl,
  type AllowHttp,
  type RetryMode,
} from '@nomyo/transport';
import { checkLocks } from '../call/call-memory.js';
import { checkLogger, type Logger } from '../events.js';
import { anObserver } from '../observe/observer.js';
import { DEFAULTS, type ApiKey, type CommonOptions, type ResolvedOptions } from './options.js';
import { aPadding } from './padding.js';
import { aPolicy, checkClient, type Policy } from '../policy/policy.js';
import type { Protocol } from '../protocol.js';
import { resolveRateLimit } from '../rate-limit/rate-limit.js';
import { resolveHttp } from './resolve-http.js';
import { KEY_STORE_OPTIONS, resolveKeys, writesPlainKeys } from './resolve-keys.js';
import { checkServerKeyRules } from '../v1/server-key-policy.js';

/** More attempts than anyone needs; a larger number is a mistake. */
const MAX_RETRIES = 100;

const RETRY_MODES: readonly RetryMode[] = ['all', 'safe', 'none'];

/** A time in ms, for `timeout`. */
export const aTimeout: Check<number> = anInteger(1, MAX_TIMER_MS);
/** A count, for `maxRetries`. */
export const aRetryCount: Check<number> = anInteger(0, MAX_RETRIES);
const aDuration: Check<number> = anInteger(0, MAX_TIMER_MS);

/** From enough for one sealed word to the largest `ArrayBuffer` that every runtime supports, in bytes. */
const aResponseSize: Check<number> = anInteger(1024, 2 ** 31 - 1);

const anAllowHttp: Check<AllowHttp> = (name, value) => {
  if (typeof value === 'boolean' || value === 'dangerously-remote') return value;
  throw new InvalidArgumentError(name, "must be true, false or 'dangerously-remote'");
};

const OPTION_NAMES: readonly (keyof CommonOptions)[] = [
  ...KEY_STORE_OPTIONS,
  'allowHttp',
  'apiKey',
  'dangerouslyAllowBrowser',
  'requireLockedMemory',
  'secureMemory',
  'timeout',
  'maxResponseBytes',
  'maxConnections',
  'userAgent',
  'maxRetries',
  'retry',
  'maxRetryDelay',
  'rateLimit',
  'keys',
  'debug',
  'serverKeyPins',
  'serverKeyPolicy',
  'onServerKeyChange',
  'serverKeyTtl',
  'padding',
  'policy',
  'proxy',
  'tls',
  'fetch',
  'logger',
  'protocol',
  'audit',
];

/** For an empty list, such as one made from a variable that was not set. */
const EMPTY_PINS = 'is empty, which would accept every key: give a pin, or leave it out';

/** Options whose absence lowers the protection. */
const PROTECTIVE_OPTIONS: readonly (keyof CommonOptions)[] = [
  'audit',
  'keys',
  'keyRotationPassword',
  'keyRotationRequests',
  'padding',
  'policy',
  'protocol',
  'requireLockedMemory',
  'serverKeyPins',
  'serverKeyPolicy',
  'tls',
];

/** Reads an option: checks its value, or returns the fallback. */
type ReadOption = <T>(name: keyof CommonOptions, check: Check<T>, fallback: T) => T;

/** The client's option for its base URL: its name and its value. */
interface UrlOption {
  readonly name: string;
  readonly value: unknown;
}

/**
 * @throws {InvalidArgumentError} on an invalid value, an unknown option, or one that has no effect
 * @throws {SecurityError} `INSECURE_URL`, `MEMORY_NOT_LOCKED` or `POLICY_VIOLATION`
 */
export function resolveOptions(config: CommonOptions, url: UrlOption, protocol: Protocol): ResolvedOptions {
  refuseUnknown(config, [url.name, ...OPTION_NAMES]);
  refuseUndefined(config, PROTECTIVE_OPTIONS);
  refuseExcluded(config, protocol);
  const read: ReadOption = (name, check, fallback) => optional(name, config[name], check, fallback);
  const allowHttp = read('allowHttp', anAllowHttp, false);
  const baseUrl = optional(url.name, url.value, aString, DEFAULT_BASE_URL);
  const policy = read('policy', aPolicy, {});
  const memory = resolveMemory(config, policy);
  const options: ResolvedOptions = {
    baseUrl: parseBaseUrl(baseUrl, { allowHttp, name: url.name }),
    apiKey: resolveApiKey(config),
    memory,
    timeout: read('timeout', aTimeout, DEFAULTS.timeoutMs),
    maxResponseBytes: read('maxResponseBytes', aResponseSize, DEFAULTS.maxResponseBytes),
    maxRetries: read('maxRetries', aRetryCount, DEFAULTS.maxRetries),
    retry: read('retry', oneOf(RETRY_MODES), 'all'),
    maxRetryDelay: read('maxRetryDelay', aDuration, undefined),
    rateLimit: resolveRateLimit(config.rateLimit),
    serverKeys: resolveServerKeys(config),
    serverKeyTtl: read('serverKeyTtl', aDuration, DEFAULTS.serverKeyTtlMs),
    padding: read('padding', aPadding, 'none'),
    policy,
    keys: resolveKeys(config, memory),
    http: { ...resolveHttp(config), allowRemoteHttp: allowHttp === 'dangerously-remote' },
    loggers: resolveLoggers(config),
    observers: config.audit === undefined ? [] : [anObserver('audit', config.audit)],
  };
  checkClient(options.policy, {
    isHttps: options.baseUrl.protocol === 'https:',
    hasPins: protocol.pinsServerKey || options.serverKeys.pins.length > 0,
    isFirstUse: options.serverKeys.policy === 'first-use',
    writesPlainKeys: protocol.hasKeyPair && writesPlainKeys(config),
    canLockMemory: policy.requireLockedMemory !== true || canLock(memory),
  });
  return options;
}

function refuseExcluded(config: CommonOptions, { excludes }: Protocol): void {
  const clash = excludes.find((name) => config[name] !== undefined);
  if (clash !== undefined) throw new InvalidArgumentError(clash, 'has no effect together with protocol');
}

function resolveMemory(
  { secureMemory, requireLockedMemory }: CommonOptions,
  policy: Policy,
): ResolvedOptions['memory'] {
  const secure = optional('secureMemory', secureMemory, aBoolean, true);
  const isOption = optional('requireLockedMemory', requireLockedMemory, aBoolean, false);
  const memory = { secure, requireLocked: isOption || policy.requireLockedMemory === true };
  if (isOption) checkLocks(memory);
  return memory;
}

function canLock(memory: ResolvedOptions['memory']): boolean {
  try {
    checkLocks(memory);
    return true;
  } catch {
    return false;
  }
}

function resolveApiKey(config: CommonOptions): ApiKey | undefined {
  const { apiKey = environment.variable('NOMYO_API_KEY') } = config;
  const allowed = optional('dangerouslyAllowBrowser', config.dangerouslyAllowBrowser, aBoolean, false);
  if (apiKey === undefined) return undefined;
  if (environment.isBrowser && !allowed) {
    throw new InvalidArgumentError(
      'apiKey',
      'can be read by every user of the page; see dangerouslyAllowBrowser',
    );
  }
  if (typeof config.apiKey === 'function') return config.apiKey;
  const fixed = aString('apiKey', apiKey);
  checkApiKey(fixed);
  return fixed;
}

function resolveServerKeys(config: CommonOptions): ResolvedOptions['serverKeys'] {
  const { serverKeyPins, serverKeyPolicy, onServerKeyChange } = config;
  return checkServerKeyRules(resolvePins(serverKeyPins), serverKeyPolicy, onServerKeyChange);
}

function resolvePins(pins: unknown): readonly string[] {
  if (pins === undefined) return [];
  const own: unknown = Array.isArray(pins) ? Array.from<unknown>(pins) : pins;
  checkPins(own);
  if (own.length === 0) throw new InvalidArgumentError('serverKeyPins', EMPTY_PINS);
  return own;
}

function resolveLoggers({ debug, logger }: CommonOptions): readonly Logger[] {
  if (logger !== undefined) checkLogger(logger);
  const isLoud = optional('debug', debug, aBoolean, false);
  return [...(isLoud ? [console] : []), ...(logger === undefined ? [] : [logger])];
}
