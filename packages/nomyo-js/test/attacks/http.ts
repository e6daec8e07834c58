/** Whole HTTP messages, as whoever ends TLS has them in hand. */
import { createServer as createTlsServer } from 'node:https';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '@nomyo/router/testing';
import { later } from '../support.js';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Of one connection, and of one message: whoever passes a message on writes them anew. */
const HOP_BY_HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

export function send(origin: string, sent: Sent, ca?: string): Promise<Answered> {
  const headers = { ...withoutHop(sent.headers), 'content-length': sent.body.byteLength };
  const url = new URL(sent.path, origin);
  const begin = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { method: sent.method, headers, agent: false, ...(ca === undefined ? {} : { ca }) };
    const request = begin(url, options, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece)).on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) });
      });
    });
    request.on('error', reject).end(sent.body);
  });
}

function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** What an attacker does with one message: passes it on, changed or not, or answers in the router's place. */
export type Attack = (sent: Sent, passOn: (sent: Sent) => Promise<Answered>) => Promise<Answered>;

/** An attacker who ends TLS: with a certificate that the client trusts, in front of a router that knows nothing of it. */
export interface Terminator {
  readonly url: string;
  readonly ca: string;
  /** Every POST that was passed on, as it came. */
  readonly recorded: readonly Sent[];
  /** From now on. */
  attack(attack: Attack): void;
  /** To the router behind it, unchanged. */
  readonly passOn: (sent: Sent) => Promise<Answered>;
}

export async function startTerminator(origin: string): Promise<Terminator> {
  const certificate = await makeCertificate();
  const recorded: Sent[] = [];
  const passOn = (sent: Sent): Promise<Answered> => send(origin, sent);
  let attack: Attack = (sent) => passOn(sent);
  const server = createTlsServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const sent = { method, path: url, headers, body: Buffer.concat(pieces) };
      if (method === 'POST') recorded.push(sent);
      const isAttacked = method === 'POST';
      (isAttacked ? attack(sent, passOn) : passOn(sent)).then(
        ({ status, headers: answered, body }) => {
          response.writeHead(status, { ...withoutHop(answered), 'content-length': body.byteLength });
          response.end(body);
        },
        () => response.destroy(),
      );
    });
  });
  const port = await listen(server);
  return {
    url: `https://localhost:${String(port)}`,
    ca: certificate.ca,
    recorded,
    attack: (next) => (attack = next),
    passOn,
  };
}

/** A server that answers every chat with what `say` makes of it; closed at the end of the test. */
export async function startModel(
  say: (question: string) => string,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(pieces).toString()) as {
        messages: { content: string }[];
      };
      const question = messages.at(-1)?.content ?? '';
      asked.push(question);
      response.setHeader('content-type', 'application/json');
      response.end(completion(say(question)));
    });
  });
  return { url: `http://127.0.0.1:${String(await listen(server))}`, asked };
}

export function completion(content: string): string {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
  return JSON.stringify({ id: 'c', object: 'chat.completion', created: 0, model: 'm', choices });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}
