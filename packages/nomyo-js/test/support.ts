/** A local router over TLS and clients that trust it, closed at the end of each test. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRouter, type Router, type RouterOptions } from '@nomyo/router/testing';
import {
  SecureChatCompletion,
  SecureCompletionClient,
  type ChatCompletionRequest,
  type SecureChatCompletionConfig,
} from '../src/index.js';
import { look, MARKERS, takeFindings } from './leaks.js';

const cleanups: (() => void | Promise<void>)[] = [];

/** For `afterEach`: and no test may have let out a secret. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  const findings = takeFindings();
  if (findings.length > 0) throw new Error(`leaked: ${findings.join('; ')}`);
}

/** Runs at the end of the test. */
export function later(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

let routerKey: string | undefined;

/** One key for the routers of a test file, as 2048 bits, because neither matters here. */
function routerKeyPem(): string {
  const make = (): string =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  return (routerKey ??= make());
}

/** A router with a certificate of its own. */
export async function router(options: RouterOptions = {}): Promise<Router> {
  const started = await startRouter({ tls: true, keySize: 2048, keyPem: routerKeyPem(), ...options });
  later(() => started.close());
  return started;
}

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'nomyo-js-'));
  later(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Options that reach `to`, with keys in memory. */
export function configFor(to: Router, config: SecureChatCompletionConfig = {}): SecureChatCompletionConfig {
  return {
    baseUrl: to.url,
    ...(config.keys === undefined ? ({ keyDir: null, keySize: 2048 } as const) : {}),
    apiKey: MARKERS.apiKey,
    maxRetries: 0,
    timeout: 20_000,
    ...(to.ca === undefined ? {} : { tls: { ca: to.ca } }),
    ...config,
  };
}

export function client(to: Router, config: SecureChatCompletionConfig = {}): SecureChatCompletion {
  const made = new SecureChatCompletion(configFor(to, config));
  look('a client', made);
  later(() => made.dispose());
  return made;
}

export function lowLevelClient(to: Router, config: SecureChatCompletionConfig = {}): SecureCompletionClient {
  const { baseUrl, ...options } = configFor(to, config);
  const made = new SecureCompletionClient({ routerUrl: baseUrl ?? to.url, ...options });
  look('a client', made);
  later(() => made.dispose());
  return made;
}

/** The answer of the router repeats it. */
export const REQUEST = {
  model: 'Qwen/Qwen3-0.6B',
  messages: [{ role: 'user', content: `What is an envelope? ${MARKERS.prompt}` }],
} satisfies ChatCompletionRequest;

/** The error that `promise` was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was not rejected');
    },
    (error: unknown) => error,
  );
}

/** The POSTs among what the router saw. */
export function posts(of: Router): Router['requests'] {
  return of.requests.filter((request) => request.method === 'POST');
}

/** A header of a request that the router saw. */
export function header(of: Router['requests'][number] | undefined, name: string): string {
  const value = of?.headers[name];
  return typeof value === 'string' ? value : '';
}
