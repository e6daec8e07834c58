/** `#http` everywhere but on Node: the runtime's `fetch`. */
import { InvalidArgumentError } from '@nomyo/base';
import { FetchClient } from '../fetch/fetch-client.js';
import type { HttpClient, HttpClientOptions } from './http.js';

/**
 * A client over `fetch`.
 *
 * @throws {InvalidArgumentError} on options that only Node can carry out
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { fetch, tls, proxy = null, maxConnections } = options;
  if (tls !== undefined) throw new InvalidArgumentError('tls', 'can be chosen on Node only');
  if (proxy !== null) throw new InvalidArgumentError('proxy', 'can be chosen on Node only');
  if (maxConnections !== undefined) {
    throw new InvalidArgumentError('maxConnections', 'can be chosen on Node only');
  }
  return new FetchClient(fetch ?? globalThis.fetch, options);
}
