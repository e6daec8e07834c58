/** The options that decide how the router is reached: TLS, proxy, or a `fetch` of the caller's own. */
import { environment } from '#env';
import { LOOPBACK_NO_PROXY, type HttpClientOptions } from '@nomyo/transport';
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
    ...(none ? {} : chooseProxy(optional('proxy', proxy, aString, undefined))),
  };
}

/** What the caller says, and otherwise what the environment says; `NO_PROXY` holds for both, as it does for curl. */
function chooseProxy(proxy: string | undefined): Pick<HttpClientOptions, 'proxy' | 'noProxy'> {
  const noProxy = variable('NO_PROXY');
  if (proxy !== undefined) return { proxy, ...given('noProxy', noProxy) };
  const fromEnvironment = variable('HTTPS_PROXY');
  if (fromEnvironment === undefined) return {};
  return { proxy: fromEnvironment, noProxy: `${LOOPBACK_NO_PROXY},${noProxy ?? ''}` };
}

/** A browser sends its own, and asks the server before it sends another. */
function userAgent(options: Pick<CommonOptions, 'userAgent'>): string | undefined {
  const wanted = optional('userAgent', options.userAgent, aBoolean, true);
  return wanted && !environment.isBrowser ? `nomyo-js/${VERSION}` : undefined;
}

/** Both spellings are in use; curl looks at the lower case first. One that is empty counts as unset. */
function variable(name: string): string | undefined {
  const values = [name.toLowerCase(), name].map((spelling) => environment.variable(spelling));
  return values.find((value) => value !== undefined && value !== '');
}

/** More connections than one process can open to one host are a mistake. */
const aPoolSize: Check<number> = anInteger(1, 65_535);
