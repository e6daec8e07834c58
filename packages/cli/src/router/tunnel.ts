/** The way to the router through the proxy of the environment: CONNECT (RFC 9110 §9.3.6). */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { bypassesProxy, LOOPBACK_NO_PROXY, parseProxy, type Proxy } from '@nomyo/transport';
import type { Environment } from '../settings/resolve.js';

const HTTPS_PORT = 443;

/**
 * The proxy that calls to `url` go through, as clients of nomyo-js choose it.
 *
 * @returns `undefined`: none
 * @throws {InvalidArgumentError} on a value that is no proxy, which is not quoted
 */
export function proxyFor(url: URL, env: Environment): Proxy | undefined {
  const given = proxyVariable(env, 'HTTPS_PROXY');
  if (given === undefined || url.protocol !== 'https:') return undefined;
  const noProxy = [LOOPBACK_NO_PROXY, proxyVariable(env, 'NO_PROXY') ?? ''].join(',');
  const { host, port } = targetOf(url);
  return bypassesProxy(noProxy, host, port) ? undefined : parseProxy(given, 'HTTPS_PROXY');
}

/** Lower case first, as curl and clients of nomyo-js read it; one that is empty counts as unset. */
export const proxyVariable = (env: Environment, name: string): string | undefined =>
  [env[name.toLowerCase()], env[name]].find((value) => (value ?? '') !== '');

/** @throws {Error} with a `code` of the system, or `PROXY_REFUSED` */
export function openTunnel(proxy: Proxy, url: URL, signal: AbortSignal): Promise<Duplex> {
  const { host, port } = targetOf(url);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const send = proxy.secure ? httpsRequest : httpRequest;
  const request = send({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    signal,
    headers: {
      host: authority,
      ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('error', reject).once('connect', ({ statusCode = 0 }, socket: Duplex) => {
      if (statusCode >= 200 && statusCode <= 299) {
        resolve(socket);
        return;
      }
      socket.destroy();
      const message = `the proxy answered ${String(statusCode)}`;
      reject(Object.assign(new Error(message), { code: 'PROXY_REFUSED' }));
    });
    request.end();
  });
}

const targetOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replaceAll(/[[\]]/gu, ''),
  port: url.port === '' ? HTTPS_PORT : Number(url.port),
});
