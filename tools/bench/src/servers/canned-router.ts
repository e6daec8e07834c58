/**
 * A router that costs nearly nothing: it never opens a request, and its answers are sealed once, before they are
 * measured. Nothing in the protocol binds an answer to its request.
 *
 * The size of the answer is part of the path: the base URL of a client is `{origin}/answer/{bytes}`.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { RsaPublicKey, sealEnvelope } from '@nomyo/crypto';
import type { MadeCertificate } from '@nomyo/router/testing';
import { listening, type Listening } from '../http.js';
import { answerJson } from '../payloads.js';

export interface CannedRouterOptions {
  /** SPKI PEM; nobody needs the other half. */
  readonly publicKeyPem: string;
  readonly tls: MadeCertificate;
}

export interface CannedRouter extends Listening {
  /** Of arrivals so far. */
  counts(): Readonly<Record<'requests' | 'keyFetches' | 'connections', number>>;
  close(): Promise<void>;
}

const PATH = /^\/answer\/(\d{1,9})\/(pki\/public_key|v1\/chat\/secure_completion)$/;

/** Starts one on a free port of the loopback interface. */
export async function startCannedRouter({ publicKeyPem, tls }: CannedRouterOptions): Promise<CannedRouter> {
  const counts = { requests: 0, keyFetches: 0, connections: 0 };
  const sealed = new Map<string, Promise<Uint8Array>>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, bytes = '0', endpoint] = PATH.exec(request.url ?? '') ?? [];
    await once(request.resume(), 'end');
    if (endpoint === undefined) {
      response.writeHead(404).end();
    } else if (endpoint === 'pki/public_key') {
      counts.keyFetches += 1;
      response.end(publicKeyPem);
    } else {
      counts.requests += 1;
      const recipient = String(request.headers['x-public-key']);
      const name = `${bytes} ${recipient}`;
      const body = sealed.get(name) ?? sealAnswer(recipient, Number(bytes));
      sealed.set(name, body);
      response.end(await body);
    }
  };
  const server = createServer(tls, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => (counts.connections += 1));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  };
  return { ...(await listening(server)), counts: () => ({ ...counts }), close };
}

/** @param header `X-Public-Key` as it was sent */
async function sealAnswer(header: string, bytes: number): Promise<Uint8Array> {
  const recipient = await RsaPublicKey.fromPem(decodeURIComponent(header));
  return sealEnvelope(new TextEncoder().encode(answerJson(bytes)), recipient, { processedAt: 0 });
}
