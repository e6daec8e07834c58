/** The options that decide how the router is reached: TLS, proxy, or a `fetch` of the caller's own. */
import { environment } from '#env';
import { LOOPBACK_NO_PROXY, type HttpClientOptions } from '@nomyo/transport';
import { aFunction, anObject, aString, given, optional } from '@nomyo/base';
import type { CommonOptions } from './options.js';

/** @throws {InvalidArgumentError} on a wrong value */
export function resolveHttp({ tls, fetch, proxy }: CommonOptions): HttpClientOptions {
  if (tls !== undefined) anObject('tls', tls);
  if (fetch !== undefined) aFunction('fetch', fetch);
  const none = proxy === null || (proxy === undefined && fetch !== undefined);
  return {
    ...given('tls', tls),
    ...given('fetch', fetch),
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

/** Both spellings are in use. */
function variable(name: string): string | undefined {
  return environment.variable(name) ?? environment.variable(name.toLowerCase());
}
