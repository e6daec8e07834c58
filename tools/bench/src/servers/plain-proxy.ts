/**
 * A reverse proxy with the duties of our router, and no seal: TLS, an API key that is compared by its salted hash, JSON
 * that is read for the model, a route by it, a kept-alive connection to the upstream.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { MadeCertificate } from '@nomyo/router/testing';
import { listening, readBody, type Listening } from '../http.js';

export interface PlainProxyOptions {
  readonly tls: MadeCertificate;
  readonly apiKey: string;
  /** Origin of the model `bench`. */
  readonly upstream: string;
}

export function openPlainProxy(options: PlainProxyOptions): Promise<Listening> {
  const { tls, apiKey } = options;
  const agent = new Agent({ keepAlive: true });
  const routes = new Map<unknown, string>([['bench', options.upstream]]);
  const salt = randomBytes(16);
  const hashOf = (key: string): Buffer => createHash('sha256').update(salt).update(key).digest();
  const expected = hashOf(`Bearer ${apiKey}`);
  const pass = (body: Buffer, response: ServerResponse): void => {
    const upstream = routes.get(modelOf(JSON.parse(body.toString('utf8'))));
    if (upstream === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': 'application/json', 'content-length': body.byteLength };
    const url = new URL('/v1/chat/completions', upstream);
    request(url, { method: 'POST', agent, headers }, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] });
      answer.pipe(response);
    })
      .once('error', () => response.destroy())
      .end(body);
  };
  const server = createServer(tls, (incoming, response) => {
    const allowed = timingSafeEqual(hashOf(incoming.headers.authorization ?? ''), expected);
    const answer = (body: Buffer): void => {
      if (allowed) pass(body, response);
      else response.writeHead(401).end();
    };
    readBody(incoming).then(answer, () => response.destroy());
  });
  return listening(server);
}

const modelOf = (request: unknown): unknown =>
  typeof request === 'object' && request !== null && 'model' in request ? request.model : undefined;
