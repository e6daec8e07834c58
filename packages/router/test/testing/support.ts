import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach } from '@jest/globals';
import { startRouter, type Router, type RouterOptions } from '../../src/testing/index.js';
import { IndependentClient, type Answer, type IndependentClientOptions } from './independent-client.js';

/** The smallest request. */
export const HELLO = {
  model: 'test-model',
  messages: [{ role: 'user', content: 'Hello, who are you?' }],
} as const;

/** Keys of 2048 bits, one for each side and file: making them takes longer than the tests. */
const generate = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ROUTER_PEM = generate().export({ type: 'pkcs8', format: 'pem' });
const CLIENT_KEY = generate();

/** Starts routers that end with the test. */
export function useRouters(): (options?: RouterOptions) => Promise<Router> {
  const running: Router[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((router) => router.close()));
  });
  return async (options = {}) => {
    const router = await startRouter({
      keySize: 2048,
      ...(options.keySize === undefined ? { keyPem: ROUTER_PEM } : {}),
      ...options,
    });
    running.push(router);
    return router;
  };
}

export function clientOf(
  router: Router,
  options: Omit<IndependentClientOptions, 'url' | 'ca'> = {},
): IndependentClient {
  return new IndependentClient({
    url: router.url,
    ca: router.ca,
    ...(options.keySize === undefined ? { privateKey: CLIENT_KEY } : {}),
    ...options,
  });
}

/** The `detail` of an error. */
export function detailOf({ body }: Answer): unknown {
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  return typeof parsed === 'object' && parsed !== null && 'detail' in parsed ? parsed.detail : undefined;
}
