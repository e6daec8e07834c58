import * as runtime from '#http';
import type { HttpClient, HttpClientOptions } from './http.js';

/**
 * Creates a client with connections of its own. Nothing is opened before the first request.
 *
 * @throws {InvalidArgumentError} on an invalid option, or one that only works on Node
 * @example
 * const http = createHttpClient({ maxConnections: 8 });
 * const url = endpoint(parseBaseUrl('https://api.nomyo.ai', {}), '/pki/public_key');
 * const { body } = await http.send({ method: 'GET', url, headers: {}, timeout: 10_000, maxBytes: 65_536 });
 */
export function createHttpClient(options?: HttpClientOptions): HttpClient {
  return runtime.createHttpClient(options);
}
