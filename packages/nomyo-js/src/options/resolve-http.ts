/** The options for the connection to the router: TLS, proxy, or the caller's own `fetch`. */
import { environment } from '#env';
import type { HttpClientOptions } from '@nomyo/transport';
import { aBoolean, aFunction, aString, given, optional } from '@nomyo/base';
import type { CommonOptions } from './options.js';
import { VERSION } from '../version.js';

/**
 * Resolves these options. The transport checks `tls` and `maxConnections`, which are its own.
 *
 * @throws {InvalidArgumentError} on an invalid value
 */
export function resolveHttp({ tls, fetch, proxy, ...options }: CommonOptions): HttpClientOptions {
  if (fetch !== undefined) aFunction('fetch', fetch);
  const none = proxy === null || (proxy === undefined && fetch !== undefined);
  return {
    ...given('tls', tls),
    ...given('fetch', fetch),
    ...given('maxConnections', options.maxConnections),
    ...given('userAgent', userAgent(options)),
    ...(none ? {} : environment.proxyOf(optional('proxy', proxy, aString, undefined))),
  };
}

/** The `User-Agent`. Not in browsers, which send their own, and would ask the server before sending another. */
function userAgent(options: Pick<CommonOptions, 'userAgent'>): string | undefined {
  const wanted = optional('userAgent', options.userAgent, aBoolean, true);
  return wanted && !environment.isBrowser ? `nomyo-js/${VERSION}` : undefined;
}
