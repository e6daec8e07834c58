/** The options that decide how the router is reached: TLS, proxy, or a `fetch` of the caller's own. */
import { environment } from '#env';
import type { HttpClientOptions } from '@nomyo/transport';
import { aBoolean, aFunction, anInteger, anObject, aString, given, optional, type Check } from '@nomyo/base';
import type { CommonOptions } from './options.js';
import { VERSION } from './version.js';

/** @throws {InvalidArgumentError} on a wrong value */
export function resolveHttp({ tls, fetch, proxy, ...options }: CommonOptions): HttpClientOptions {
  if (tls !== undefined) anObject('tls', tls);
  if (fetch !== undefined) aFunction('fetch', fetch);
  const none = proxy === null || (proxy === undefined && fetch !== undefined);
  return {
    ...given('tls', tls),
    ...given('fetch', fetch),
    ...given('maxConnections', optional('maxConnections', options.maxConnections, aPoolSize, undefined)),
    ...given('userAgent', userAgent(options)),
    ...(none ? {} : environment.proxyOf(optional('proxy', proxy, aString, undefined))),
  };
}

/** A browser sends its own, and asks the server before it sends another. */
function userAgent(options: Pick<CommonOptions, 'userAgent'>): string | undefined {
  const wanted = optional('userAgent', options.userAgent, aBoolean, true);
  return wanted && !environment.isBrowser ? `nomyo-js/${VERSION}` : undefined;
}

/** More connections than one process can open to one host are a mistake. */
const aPoolSize: Check<number> = anInteger(1, 65_535);
