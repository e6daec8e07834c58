/** The listener for clients, with bounds on header size, times and connections. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Limits } from '../limits.js';

/** PEM of a certificate chain and its key. */
export interface TlsFiles {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
}

/** How often Node checks for connections past their deadline, in ms. */
const CHECK_MS = 2_000;

/** A listener over TLS, or plain HTTP where a proxy ends TLS. */
export function createListener(tls: TlsFiles | undefined, handler: RequestListener, limits: Limits): Server {
  const options = {
    maxHeaderSize: limits.httpHead,
    headersTimeout: limits.httpHeadMs,
    requestTimeout: limits.httpRequestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.httpHeadMs, CHECK_MS),
  };
  const server =
    tls === undefined
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...tlsOptions(tls), handshakeTimeout: limits.httpHeadMs }, handler);
  server.maxConnections = limits.connections;
  return server;
}

function tlsOptions({ cert, key }: TlsFiles): {
  cert: string | Buffer;
  key: string | Buffer;
  minVersion: 'TLSv1.2';
} {
  return { cert: pem(cert), key: pem(key), minVersion: 'TLSv1.2' };
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}

/** @returns the port */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('this is no TCP socket');
  return address.port;
}

/** Accepts no more connections and closes idle ones; resolves when the last one has closed. */
export function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
