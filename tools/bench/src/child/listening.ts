import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens on the loopback interface, and keeps idle connections. @returns the port */
export async function listening(server: Server): Promise<number> {
  server.keepAliveTimeout = 600_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return address.port;
}
