/** A TLS terminator in front of a router: a load balancer or an attacker. Tests say what it does to an exchange. */
import { request as httpRequest, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import { makeCertificate, type MadeCertificate } from '@nomyo/router/testing';
import { later } from './support.js';

let made: MadeCertificate | undefined;

/** One certificate for all servers of a file. */
export async function certificate(): Promise<MadeCertificate> {
  return (made ??= await makeCertificate());
}

export interface Passing {
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

/** One exchange in the hands of the terminator. */
export interface Exchange {
  readonly request: Passing;
  /** To the client. */
  readonly response: ServerResponse;
  /** The router's answer to this request, or to another one. */
  readonly pass: (request?: Partial<Passing>) => Promise<Answered>;
  /** Gives the client an answer. */
  readonly answer: (answer: Answered) => void;
  /** Ends the connection to the client. */
  readonly cut: () => void;
}

export type Meddle = (exchange: Exchange) => void | Promise<void>;

/** Passes everything on unchanged. */
export const honest: Meddle = async (exchange) => exchange.answer(await exchange.pass());

/** Meddles with requests, and passes on everything else. */
export function withPosts(meddle: Meddle): Meddle {
  return (exchange) => (exchange.request.method === 'POST' ? meddle(exchange) : honest(exchange));
}

/** An error of section 10.1, which anybody on the way can make. */
export function clear(status: number, code: string): Answered {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: Buffer.from(JSON.stringify({ type: `urn:nomyo:v2:${code}`, status })),
  };
}

/** @param target asked for each exchange: routers come and go */
export async function startFront(target: () => string, meddle: Meddle): Promise<string> {
  const { cert, key } = await certificate();
  const server = createServer({ cert, key }, (incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, path: url, headers, body: Buffer.concat(pieces) };
      void meddle({
        request,
        response,
        pass: (other) => send(target(), { ...request, ...other }),
        answer: ({ status, headers: answered, body }) => {
          response.writeHead(status, { ...withoutHop(answered), 'content-length': body.length }).end(body);
        },
        cut: () => response.destroy(),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `https://127.0.0.1:${String(address.port)}`;
}

/** Hop-by-hop headers: a proxy that forwards a message writes its own. */
const HOP_BY_HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** A server's answer to a message. */
export async function send(base: string, { method, path, headers, body }: Passing): Promise<Answered> {
  const { ca } = await certificate();
  const begin = base.startsWith('https:') ? httpsRequest : httpRequest;
  const options = { method, headers: withoutHop(headers), ca, agent: false };
  return new Promise((resolve, reject) => {
    const sent = begin(`${base}${path}`, options, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
