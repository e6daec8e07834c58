/** Making connections: they are handed out only when they are there and, with TLS, every check has passed. */
import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { abortable, type AbortSignalLike } from '@nomyo/base';
import type { TlsSettings } from './tls.node.js';

/** Where a connection goes. */
export interface Address {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** @throws Node's error, or the signal's reason; the socket is then destroyed */
export function connectTcp({ host, port }: Address, signal: AbortSignalLike): Promise<net.Socket> {
  return established(net.connect({ host, port, noDelay: true }), 'connect', signal);
}

/**
 * @param over an open connection to put TLS on, instead of a new one
 * @throws Node's error, what `checkServerIdentity` gives, or the signal's reason; the socket is then destroyed
 */
export function connectTls(
  { host, port }: Address,
  settings: TlsSettings,
  signal: AbortSignalLike,
  over?: net.Socket,
): Promise<net.Socket> {
  const servername = settings.servername ?? (net.isIP(host) === 0 ? host : '');
  const transport = over === undefined ? { port } : { socket: over };
  return established(tls.connect({ host, ...transport, ...settings, servername }), 'secureConnect', signal);
}

async function established(socket: net.Socket, event: string, signal: AbortSignalLike): Promise<net.Socket> {
  try {
    await abortable(once(socket, event), signal);
    return socket.setNoDelay(true);
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}
