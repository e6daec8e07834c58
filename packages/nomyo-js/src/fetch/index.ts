/**
 * A `fetch` for libraries: their chat completions leave this process sealed, and nothing else leaves it.
 *
 * @packageDocumentation
 */
import type { SecureFetchInit } from './call.js';
import { resolveConfig, type SecureFetchConfig } from './config.js';
import { SecureFetcher } from './secure-fetch.js';

export type { AdapterOptions, CompletionClient, SecureFetchConfig } from './config.js';
export type { SecureFetchInit } from './call.js';
export type { Passthrough } from './route.js';

/** A `fetch` that a library uses in place of its own. */
export interface SecureFetch {
  (input: string | URL | Request, init?: SecureFetchInit): Promise<Response>;
  /** Base URL for the library. With it, the library's API key is used if no `apiKey` was given. */
  readonly baseURL: string;
  /** Loads or makes the key pair and fetches the router's key, so that the first call is fast. */
  ready(): Promise<void>;
  /** Refuses new calls, waits for those under way, then wipes keys. Leaves a client given as `client` alone. */
  close(): Promise<void>;
  /** Wipes keys and ends calls under way. Leaves a client given as `client` alone. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a `fetch` whose chat completions are encrypted in this process. Failures are HTTP answers, in the shape that
 * the library knows; only an abort rejects.
 *
 * @param config options of a `SecureChatCompletion`, or `{ client }`, and those of the adapter
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 * @throws {SecurityError} as `new SecureChatCompletion()` does
 *
 * @example
 * const secureFetch = createSecureFetch({ apiKey: process.env.NOMYO_API_KEY });
 * const openai = new OpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });
 */
export function createSecureFetch(config: SecureFetchConfig = {}): SecureFetch {
  const resolved = resolveConfig(config);
  const fetcher = new SecureFetcher(resolved);
  const secureFetch = (input: string | URL | Request, init?: SecureFetchInit): Promise<Response> =>
    fetcher.fetch(input, init);
  return Object.assign(secureFetch, {
    baseURL: fetcher.baseURL,
    ready: () => resolved.client.ready(),
    close: () => fetcher.close(),
    dispose: () => fetcher.dispose(),
    [Symbol.dispose]: () => fetcher.dispose(),
  });
}
