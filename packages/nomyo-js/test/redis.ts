/** Redis, for one test. */
import { RedisServer } from '@nomyo/testkit';
import { Redis } from 'ioredis';
import { later } from './support.js';

/** A server that ends with the test. */
export async function redisServer(): Promise<RedisServer> {
  const server = await RedisServer.start();
  later(() => server.kill());
  return server;
}

/** A client that is gone after the test. */
export function redisClient(port: number): Redis {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => null, disconnectTimeout: 50 });
  client.on('error', () => undefined);
  later(() => client.disconnect());
  return client;
}
