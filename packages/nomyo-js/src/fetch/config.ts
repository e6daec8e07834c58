/** The options of the adapter, and their checks. */
import {
  aFunction,
  anObject,
  hasMethods,
  InvalidArgumentError,
  oneOf,
  optional,
  refuseUnknown,
} from '@nomyo/base';
import { aTier } from '../chat/request.js';
import type { SecurityTier } from '../chat/request-types.js';
import { checkLogger, type Logger } from '../events.js';
import {
  SecureChatCompletion,
  type ChatCompletion,
  type ChatCompletionStream,
  type CreateOptions,
  type JsonObject,
  type ListModelsOptions,
  type SecureChatCompletionConfig,
} from '../index.js';
import { aRetryCount } from '../options/resolve-options.js';
import { PASSTHROUGHS, type Passthrough } from './route.js';

/** The part of a client that the adapter uses, such as a `SecureChatCompletion`. */
export interface CompletionClient {
  /** Makes a call. @returns a stream if `request.stream` is `true` */
  create(request: object, options?: CreateOptions): Promise<ChatCompletion | ChatCompletionStream>;
  /** Lists the models of the service. */
  listModels?(options?: ListModelsOptions): Promise<JsonObject>;
  ready(): Promise<void>;
  dispose(): void;
  /** Reports whether the client has an API key of its own. */
  hasApiKey?(): boolean;
  toJSON(): { readonly baseUrl: string };
}

/** Options of the adapter itself. */
export interface AdapterOptions {
  /** Raises every call with a lower tier, or none, to this one. Default: none. */
  readonly minimumSecurityTier?: SecurityTier;
  /** Tier of calls that ask for none, or for a lower one. Default: none. */
  readonly securityTier?: SecurityTier;
  /** Paths that may travel unencrypted. Default: none. */
  readonly passthrough?: readonly Passthrough[];
  /** Attempts after the first that the adapter itself makes, 0 to 100. Default: 0, because libraries make their own. */
  readonly maxRetries?: number;
  /** Called with the error behind each failed answer. Its own failures are ignored. Default: none. */
  readonly onError?: (error: unknown) => void;
  /** Receives `nomyo:fetch-failed`; without the option `client`, also the client's events. Default: none. */
  readonly logger?: Logger;
}

/**
 * Options of `createSecureFetch`: those of the adapter, and either those of a `SecureChatCompletion`, or an existing
 * client.
 */
export type SecureFetchConfig = AdapterOptions &
  (SecureChatCompletionConfig | { readonly client: CompletionClient });

/** Options after checking, with all defaults. */
export interface ResolvedConfig {
  readonly client: CompletionClient;
  /** Whether the adapter made the client, and disposes of it. */
  readonly ownsClient: boolean;
  readonly tiers: { readonly securityTier: unknown; readonly minimumSecurityTier: unknown };
  readonly passthrough: readonly Passthrough[];
  readonly maxRetries: number;
  readonly onError: (error: unknown) => void;
  readonly loggers: readonly Logger[];
}

const ADAPTER_OPTIONS: readonly (keyof AdapterOptions)[] = [
  'minimumSecurityTier',
  'securityTier',
  'passthrough',
  'maxRetries',
  'onError',
  'logger',
];

/**
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 * @throws as the constructor of `SecureChatCompletion` does
 */
export function resolveConfig(config: SecureFetchConfig): ResolvedConfig {
  anObject('config', config);
  const { minimumSecurityTier, securityTier, passthrough, onError, maxRetries = 0, ...rest } = config;
  const tiers = {
    securityTier: optional('securityTier', securityTier, aTier, undefined),
    minimumSecurityTier: optional('minimumSecurityTier', minimumSecurityTier, aTier, undefined),
  };
  optional('onError', onError, aFunction, undefined);
  return {
    tiers,
    passthrough: checkPassthrough(passthrough),
    maxRetries: aRetryCount('maxRetries', maxRetries),
    onError: onError ?? (() => undefined),
    ...resolveClient(rest),
  };
}

function resolveClient(
  config: Omit<AdapterOptions, 'maxRetries'> &
    (SecureChatCompletionConfig | { readonly client: CompletionClient }),
): Pick<ResolvedConfig, 'client' | 'ownsClient' | 'loggers'> {
  const given = config.logger === undefined ? [] : [config.logger];
  if (!('client' in config)) {
    const client = new SecureChatCompletion(config);
    return { client, ownsClient: true, loggers: config.debug === true ? [console, ...given] : given };
  }
  refuseUnknown(config, ['client', ...ADAPTER_OPTIONS]);
  given.forEach(checkLogger);
  return { client: checkClient(config.client), ownsClient: false, loggers: given };
}

function checkClient(client: CompletionClient): CompletionClient {
  if (hasMethods(client, 'create', 'ready', 'dispose', 'toJSON')) return client;
  throw new InvalidArgumentError('client', 'must be a SecureChatCompletion');
}

function checkPassthrough(passthrough: unknown = []): readonly Passthrough[] {
  if (!Array.isArray(passthrough)) throw new InvalidArgumentError('passthrough', 'must be an array');
  return passthrough.map((path: unknown) => oneOf(PASSTHROUGHS)('passthrough', path));
}
