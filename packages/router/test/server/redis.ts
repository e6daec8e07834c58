/** Redis, until the tests of a file are over. */
import { afterAll } from '@jest/globals';
import { RedisServer } from '@nomyo/testkit';
import { Redis } from 'ioredis';

const endings: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** @returns its URL */
export async function startRedis(...args: readonly string[]): Promise<string> {
  const server = await RedisServer.start({ args });
  endings.push(() => server.kill());
  return server.url;
}

export function redisClient(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null });
  client.on('error', () => undefined);
  endings.push(() => client.disconnect());
  return client;
}
