/**
 * A reverse proxy with the duties of our router, and no seal: TLS, an API key that is compared by its salted hash, JSON
 * that is read for the model, a route by it, a kept-alive connection to the upstream.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Agent, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { readMember, readText } from '../child/read.js';
import { readBody } from '../http.js';

export interface PlainProxyOptions {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly apiKey: string;
  /** Origins by model. */
  readonly upstreams: ReadonlyMap<string, string>;
}

export function createPlainProxy({ tls, apiKey, upstreams }: PlainProxyOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const salt = randomBytes(16);
  const hashOf = (key: string): Buffer => createHash('sha256').update(salt).update(key).digest();
  const expected = hashOf(`Bearer ${apiKey}`);
  const pass = (body: Buffer, response: ServerResponse): void => {
    const upstream = upstreams.get(readText(readMember(JSON.parse(body.toString('utf8')), 'model')));
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
  return createServer(tls, (incoming, response) => {
    const allowed = timingSafeEqual(hashOf(incoming.headers.authorization ?? ''), expected);
    const answer = (body: Buffer): void => {
      if (allowed) pass(body, response);
      else response.writeHead(401).end();
    };
    readBody(incoming).then(answer, () => response.destroy());
  });
}
