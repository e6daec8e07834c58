/** A real redis-server, without a disk, that ends with the test. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll } from '@jest/globals';
import { Redis } from 'ioredis';

export const whyNoRedis =
  spawnSync('redis-server', ['--version']).status === 0
    ? undefined
    : 'there is no redis-server: apt-get install redis-server';

const endings: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @returns its URL */
export async function startRedis(...args: readonly string[]): Promise<string> {
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...args],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const ended = once(server, 'exit');
  endings.push(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  server.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}

export function redisClient(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null });
  client.on('error', () => undefined);
  endings.push(() => client.disconnect());
  return client;
}
