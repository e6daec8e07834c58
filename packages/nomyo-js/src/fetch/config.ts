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
import { aRetryCount } from '../resolve-options.js';
import { PASSTHROUGHS, type Passthrough } from './route.js';

/** What the adapter needs of a client. A `SecureChatCompletion` is one. */
export interface CompletionClient {
  /** @returns a stream when `request.stream` is `true` */
  create(request: object, options?: CreateOptions): Promise<ChatCompletion | ChatCompletionStream>;
  /** The models of the service, asked for without a seal: there is nothing to be sealed. */
  listModels?(options?: ListModelsOptions): Promise<JsonObject>;
  ready(): Promise<void>;
  dispose(): void;
  /** Whether calls carry an API key of the client's own. */
  hasApiKey?(): boolean;
  toJSON(): { readonly baseUrl: string };
}

/** Options of the adapter itself. */
export interface AdapterOptions {
  /** No call goes out with a lower tier, whatever the library leaves out. Default: no limit. */
  readonly minimumSecurityTier?: SecurityTier;
  /** The tier of calls that ask for none, or for a lower one. Default: none. */
  readonly securityTier?: SecurityTier;
  /** Paths that may travel unencrypted. Default: none. */
  readonly passthrough?: readonly Passthrough[];
  /** Attempts after the first that the adapter makes by itself. Default: 0, because libraries make their own. */
  readonly maxRetries?: number;
  /** Called once with the error that a failed answer stands for. What it throws or rejects with is dropped. */
  readonly onError?: (error: unknown) => void;
  /** Gets `nomyo:fetch-failed`, and with a config the client's events. Default: none. */
  readonly logger?: Logger;
}

/**
 * What `createSecureFetch` takes: the options of a `SecureChatCompletion`, or a client that is there already, and those
 * of the adapter.
 */
export type SecureFetchConfig = AdapterOptions &
  (SecureChatCompletionConfig | { readonly client: CompletionClient });

/** Options that were checked, and complete. */
export interface ResolvedConfig {
  readonly client: CompletionClient;
  /** Whether the client ends with the adapter. */
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
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
 * @throws what the constructor of `SecureChatCompletion` throws
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
