/** The way to the router through the proxy of the environment: CONNECT (RFC 9110 §9.3.6). */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { bypassesProxy, environmentProxy, type Proxy } from '@nomyo/transport';
import type { Environment } from '../settings/resolve.js';

const HTTPS_PORT = 443;

/**
 * The proxy that calls to `url` go through, as clients of nomyo-js choose it.
 *
 * @returns `undefined`: none
 * @throws {InvalidArgumentError} on a value that is no proxy, which is not quoted
 */
export function proxyFor(url: URL, env: Environment): Proxy | undefined {
  const chosen = url.protocol === 'https:' ? environmentProxy(env) : undefined;
  if (chosen === undefined) return undefined;
  const { host, port } = targetOf(url);
  return bypassesProxy(chosen.noProxy, host, port) ? undefined : chosen.proxy;
}

/** @throws {Error} with a `code` of the system, `PROXY_REFUSED`, or `PROXY_SPOKE` */
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
    request.once('error', reject).once('connect', ({ statusCode = 0 }, socket: Duplex, early: Uint8Array) => {
      const isOpen = statusCode >= 200 && statusCode <= 299;
      // In TLS it is the client that speaks first: these bytes are not the router's.
      if (isOpen && early.byteLength === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      const [code, message] = isOpen
        ? ['PROXY_SPOKE', 'the proxy spoke before the router']
        : ['PROXY_REFUSED', `the proxy answered ${String(statusCode)}`];
      reject(Object.assign(new Error(message), { code }));
    });
    request.end();
  });
}

const targetOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replaceAll(/[[\]]/gu, ''),
  port: url.port === '' ? HTTPS_PORT : Number(url.port),
});
