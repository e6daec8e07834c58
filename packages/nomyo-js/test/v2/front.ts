/** Whoever ends TLS in front of a router: a load balancer, or an attacker. It does with each exchange what a test says. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:https';
import { makeCertificate, type MadeCertificate } from '@nomyo/router/testing';
import { later } from '../support.js';

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

/** One exchange in the hands of whoever is in the middle. */
export interface Exchange {
  readonly request: Passing;
  /** To the client. */
  readonly response: ServerResponse;
  /** What the router says to this request, or to another one. */
  pass(request?: Partial<Passing>): Promise<Answered>;
  /** Gives the client an answer. */
  answer(answer: Answered): void;
  /** Ends the connection to the client. */
  cut(): void;
}

export type Meddle = (exchange: Exchange) => void | Promise<void>;

/** Passes everything on, as it is. */
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
  const { ca, cert, key } = await certificate();
  const server = createServer({ cert, key }, (incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, path: url, headers, body: Buffer.concat(pieces) };
      void meddle({
        request,
        response,
        pass: (other) => roundTrip(target(), { ...request, ...other }, ca),
        answer: ({ status, headers: with_, body }) => {
          const { 'transfer-encoding': _, 'content-length': __, ...rest } = with_;
          response.writeHead(status, rest).end(body);
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

function roundTrip(base: string, { method, path, headers, body }: Passing, ca: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { host: _, ...rest } = headers;
    const sent = send(`${base}${path}`, { method, headers: rest, ca, agent: false }, (answer) => {
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
