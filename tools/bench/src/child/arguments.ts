/** Arguments of child processes: JSON that the parent, which is the same build, wrote. */
import type { ClientConfig } from '../clients/client.js';
import type { CannedRouterOptions } from '../router/canned-router.js';

/** The configuration of a client. */
export function parseConfig(json: string | undefined): ClientConfig {
  const config: ClientConfig = JSON.parse(json ?? '{}');
  return config;
}

/** The options of a router. */
export function parseRouterOptions(json: string | undefined): CannedRouterOptions {
  const options: CannedRouterOptions = JSON.parse(json ?? '{}');
  return options;
}
