/**
 * A connection through a proxy by CONNECT (RFC 9110 §9.3.6). Nothing of the request is sent before the proxy has
 * agreed, and an answer of the proxy is never taken for one from the router.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { abortable, type AbortSignalLike } from '@nomyo/base';
import { connectTcp, connectTls, type Address } from './connect.node.js';
import { connectionError } from '../errors/connection-error.js';
import { APIConnectionError } from '../errors/errors.js';
import { http } from './node-http.node.js';
import type { Proxy } from './proxy.js';
import type { TlsSettings } from './tls.node.js';

const PEER = 'the proxy';
const AUTHENTICATION_REQUIRED = 407;

/**
 * Opens a tunnel.
 *
 * @param settings for an `https:` proxy
 * @returns a connection to `target`, without TLS yet
 * @throws {APIConnectionError} when the proxy cannot be reached or refuses; the error never holds its credentials
 */
export async function openTunnel(
  proxy: Proxy,
  settings: TlsSettings,
  target: Address,
  signal: AbortSignalLike,
): Promise<Socket> {
  try {
    const socket = await (proxy.secure ? connectTls(proxy, settings, signal) : connectTcp(proxy, signal));
    return await askForTunnel(socket, proxy, target, signal);
  } catch (error) {
    throw connectionError(error, { sent: false, peer: PEER });
  }
}

async function askForTunnel(
  socket: Socket,
  { authorization }: Proxy,
  { host, port }: Address,
  signal: AbortSignalLike,
): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const headers = authorization === undefined ? {} : { 'Proxy-Authorization': authorization };
  const request = http.request({
    method: 'CONNECT',
    path: authority,
    headers: { Host: authority, ...headers },
    createConnection: () => socket,
  });
  try {
    checkConsent(await abortable(consent(request), signal));
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Consent {
  readonly status: number;
  /** Number of bytes that followed the answer. */
  readonly early: number;
}

function consent(request: ClientRequest): Promise<Consent> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('connect', ({ statusCode = 0 }: IncomingMessage, _socket: Socket, head: Buffer) =>
      resolve({ status: statusCode, early: head.byteLength }),
    );
    request.end();
  });
}

function checkConsent({ status, early }: Consent): void {
  if (status >= 200 && status <= 299 && early === 0) return;
  throw new APIConnectionError(refusal(status), { possiblyExecuted: false, retryable: status >= 500 });
}

function refusal(status: number): string {
  if (status === AUTHENTICATION_REQUIRED) {
    return 'the proxy rejected the credentials (407): check the user name and password in the URL of the proxy';
  }
  const isRefused = status < 200 || status > 299;
  return `the proxy ${isRefused ? `refused the connection (${String(status)})` : 'sent data of its own before the router did'}`;
}
