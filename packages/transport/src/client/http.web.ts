/** `#http` everywhere except on Node: the runtime's `fetch`. */
import { InvalidArgumentError } from '@nomyo/base';
import { FetchClient } from '../fetch/fetch-client.js';
import type { HttpClient, HttpClientOptions } from './http.js';

/**
 * Creates a client over `fetch`.
 *
 * @throws {InvalidArgumentError} on options that only work on Node
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { fetch = globalThis.fetch, tls, proxy, maxConnections } = options;
  const ofNode = Object.entries({ tls, proxy: proxy ?? undefined, maxConnections });
  const [unused] = ofNode.find(([, value]) => value !== undefined) ?? [];
  if (unused !== undefined) throw new InvalidArgumentError(unused, 'is only available on Node');
  return new FetchClient(fetch, options);
}
