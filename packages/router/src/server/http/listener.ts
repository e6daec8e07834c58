/** The port that clients reach: bounded heads, bounded times, bounded connections. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { LIMITS } from '../limits.js';

/** PEM of a certificate chain and its key. */
export interface TlsFiles {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
}

export function createListener(tls: TlsFiles | undefined, handler: RequestListener): Server {
  const options = {
    maxHeaderSize: LIMITS.httpHead,
    headersTimeout: LIMITS.httpHeadMs,
    requestTimeout: LIMITS.httpRequestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    connectionsCheckingInterval: LIMITS.httpHeadMs,
  };
  const server =
    tls === undefined
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...tlsOptions(tls) }, handler);
  server.maxConnections = LIMITS.connections;
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

/** Takes no connection any more, and ends those that are idle; resolves when the last one is over. */
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
