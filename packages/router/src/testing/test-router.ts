import type { RouterOptions } from './options.js';
import { startRouter, type Router } from './router.js';

/** Options of a router for tests: those of {@link startRouter}, with keys that are made faster. */
export type TestRouterOptions = RouterOptions;

/** The options for a client of this router: spread them into those of `SecureChatCompletion`. */
export interface ClientOptions {
  readonly baseUrl: string;
  /** `true` without TLS. */
  readonly allowHttp: boolean;
  /** The authority of the certificate that was made on the spot. Default: none, without TLS. */
  readonly tls?: { readonly ca: string };
  /** The first of `apiKeys`. Default: none, if there are none. */
  readonly apiKey?: string;
  /** No key file outlives a test. */
  readonly keyDir: null;
}

/** A router that a test starts, looks into, and closes. */
export interface TestRouter extends Router, AsyncDisposable {
  readonly clientOptions: ClientOptions;
}

/** A pair of 4096 bits takes up to a second to make; one of 2048 a twentieth of it. */
const KEY_SIZE = 2048;

/**
 * Starts a router inside a test, under any runner (Jest, Vitest, `node:test`): it listens on a free port of the
 * loopback and answers without a model. Nothing that it opens leaves the process.
 *
 * @param options of note: `answers`, `tls`, `fail`, `rateLimit`
 * @throws {InvalidArgumentError} on a wrong option
 * @example
 * ```ts
 * await using router = await startTestRouter({ answers: ['Hello!', 'Goodbye!'], fail: ['503', 'ok'] });
 * const client = new SecureChatCompletion(router.clientOptions);
 * await client.create({ model: 'any', messages: [{ role: 'user', content: 'Hi' }] });
 * const [request] = await router.opened();
 * ```
 */
export async function startTestRouter(options: TestRouterOptions = {}): Promise<TestRouter> {
  const router = await startRouter({ keySize: KEY_SIZE, ...options });
  const [apiKey] = options.apiKeys ?? [];
  const clientOptions: ClientOptions = {
    baseUrl: router.url,
    allowHttp: router.url.startsWith('http:'),
    ...(router.ca === undefined ? {} : { tls: { ca: router.ca } }),
    ...(apiKey === undefined ? {} : { apiKey }),
    keyDir: null,
  };
  // The router keeps its state in private fields: it gets two members more, and stays what it is.
  return Object.assign(router, { clientOptions, [Symbol.asyncDispose]: () => router.close() });
}
