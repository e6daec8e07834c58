/** Arguments of child processes: JSON that the parent, which is the same build, wrote. */
import type { ClientConfig } from '../clients/client.js';
import type { CannedRouterOptions } from '../router/canned-router.js';
import { readMember, readText } from './read.js';

/** The configuration of a client. */
export function parseConfig(json: string | undefined): ClientConfig {
  const config: unknown = JSON.parse(json ?? '{}');
  if (hasText<ClientConfig>(config, 'kind', 'baseUrl', 'keyDir')) return config;
  throw new TypeError('the argument is no configuration of a client');
}

/** The options of a router. */
export function parseRouterOptions(json: string | undefined): CannedRouterOptions {
  const options: unknown = JSON.parse(json ?? '{}');
  if (hasText<CannedRouterOptions>(options, 'publicKeyPem')) return options;
  throw new TypeError('the argument holds no options of a router');
}

function hasText<T>(value: unknown, ...names: readonly (keyof T & string)[]): value is T {
  return names.every((name) => readText(readMember(value, name)) !== '');
}
