/** A model that says what a test wants, behind a local router, and a `fetch` that reaches it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Router, RouterOptions } from '@nomyo/router/testing';
import { createSecureFetch, type SecureFetch } from '../../src/fetch/index.js';
import { configFor, later, router } from '../support.js';

export type SecureFetchConfig = NonNullable<Parameters<typeof createSecureFetch>[0]>;
export type Json = Record<string, unknown>;

/** A model: what it was asked, opened, and what it answers. */
export interface Model {
  readonly asked: Json[];
  readonly url: string;
}

export async function model(answer: (request: Json) => object): Promise<Model> {
  const asked: Json[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
      asked.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

export interface Setup {
  readonly to: Router;
  readonly asked: Json[];
  readonly secureFetch: SecureFetch;
  /** The errors that `onError` received. */
  readonly errors: unknown[];
}

/** A `fetch` whose calls reach a model. */
export async function setUp(
  answer: (request: Json) => object = () => completion('fine'),
  config: SecureFetchConfig = {},
  options: RouterOptions = {},
): Promise<Setup> {
  const { asked, url } = await model(answer);
  const to = await router({ upstream: url, ...options });
  const errors: unknown[] = [];
  const given = 'client' in config ? config : { ...configFor(to), ...config };
  const secureFetch = createSecureFetch({ onError: (error) => void errors.push(error), ...given });
  later(() => secureFetch.dispose());
  return { to, asked, secureFetch, errors };
}

/** A chat completion. */
export function completion(content: unknown, more: Json = {}, choice: Json = {}): Json {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...choice }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    ...more,
  };
}

export const URL_OF_CHAT = 'https://nomyo.invalid/v1/chat/completions';

/** A request as a library sends it. */
export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** The data of each event. */
export async function eventsOf(response: Response): Promise<string[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^(event: .*\n)?data: /, ''));
}
