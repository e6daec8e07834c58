import * as runtime from '#http';
import type { HttpClient, HttpClientOptions } from './http.js';

/**
 * A client with connections of its own; nothing is opened before the first request.
 *
 * @throws {InvalidArgumentError} on a wrong option, or one that only Node can carry out
 */
export function createHttpClient(options?: HttpClientOptions): HttpClient {
  return runtime.createHttpClient(options);
}
