/** One HTTP request from its head to the end of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from './fail/failure.js';
import { FAILURES } from './fail/failures.js';
import type { Endpoint, FailPlan } from './fail/plan.js';
import { ClientGone, readBody } from './http/body.js';
import type { Connection, Handler } from './http/listener.js';
import { refuseRepeated } from '../v1/headers.js';
import { detailReply, Refusal, sendReply, textReply, type Reply } from '../v1/reply.js';
import type { SeenDraft, SeenRequest, SeenRing } from './http/seen.js';
import { complete, type CompletionService } from './protocol/completion.js';

/** Where the two calls of protocol §1 are. */
const PATHS: ReadonlyMap<string, { readonly endpoint: Endpoint; readonly method: string }> = new Map([
  ['/pki/public_key', { endpoint: 'key', method: 'GET' }],
  ['/v1/chat/secure_completion', { endpoint: 'completion', method: 'POST' }],
]);

/** An envelope around 10 MiB of payload, its base64 and its other members, with room to spare; in bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The dependencies of the handler. */
export interface Service extends CompletionService {
  /** Of the router, with its prefix; known once it listens. */
  readonly url: () => string;
  /** Stands before both paths; empty, or `/…`. */
  readonly prefix: string;
  readonly plan: () => FailPlan;
  readonly ring: SeenRing;
  /** Told when the answer, or the connection, has ended. */
  readonly finished: (seen: SeenRequest) => void;
}

/** One request under way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  readonly seen: SeenDraft;
  readonly signal: AbortSignal;
}

/** A handler for every connection of one router. */
export function createHandler(service: Service): Handler {
  return (request, response, connection) => {
    const gone = new AbortController();
    const seen = begin(service, request, connection);
    response.once('close', () => {
      gone.abort();
      seen.status = response.headersSent ? response.statusCode : undefined;
      seen.durationMs = Date.now() - seen.at;
      service.ring.trim();
      service.finished(seen);
    });
    void serve(service, { request, response, connection, seen, signal: gone.signal });
  };
}

function begin({ ring }: Service, request: IncomingMessage, connection: Connection): SeenDraft {
  const { method = '', url = '', headers } = request;
  return ring.begin({ connection: connection.id, method, path: url.replace(/[?#].*$/u, ''), headers });
}

/** Never rejects: whatever goes wrong becomes a reply. */
async function serve(service: Service, exchange: Exchange): Promise<void> {
  const { request, response, connection, seen } = exchange;
  try {
    seen.requestBody = await readBody(request, MAX_BODY_BYTES);
    const endpoint = findEndpoint(service, seen);
    if (endpoint === 'completion') refuseRepeated(request.rawHeaders);
    const mode = service.plan()(endpoint, seen);
    seen.fail = mode?.name;
    const failure = FAILURES[mode?.name ?? 'ok'];
    const argument = mode?.argument;
    const good = await replyTo(service, exchange, endpoint, failure, argument);
    const reply = good.status === 200 ? (failure.damage?.(good, argument) ?? good) : good;
    if (failure.deliver === undefined) {
      send(exchange, reply);
      return;
    }
    seen.answerBody = reply.body;
    await failure.deliver({ response, reply, connection, argument });
  } catch (error) {
    apologize(exchange, error);
  }
}

function findEndpoint({ prefix }: Service, { path, method }: SeenRequest): Endpoint {
  const found = path.startsWith(prefix) ? PATHS.get(path.slice(prefix.length)) : undefined;
  if (found === undefined) throw new Refusal(404, 'Not Found');
  if (found.method !== method) throw new Refusal(405, 'Method Not Allowed', { allow: found.method });
  return found.endpoint;
}

async function replyTo(
  service: Service,
  { seen, signal }: Exchange,
  endpoint: Endpoint,
  failure: Failure,
  argument: string | undefined,
): Promise<Reply> {
  if (failure.rotateKey === true) await service.key.rotate();
  if (failure.answer !== undefined) return failure.answer({ argument, url: service.url() });
  if (endpoint === 'key') {
    return textReply(200, 'text/plain; charset=utf-8', service.key.current.publicKey.pem);
  }
  return complete(service, { headers: seen.headers, envelope: seen.requestBody, signal }, failure);
}

/** The record is complete before the client can have the answer. */
function send({ response, seen }: Exchange, reply: Reply): void {
  seen.answerBody = reply.body;
  seen.status = reply.status;
  sendReply(response, reply);
}

function apologize(exchange: Exchange, error: unknown): void {
  const { response } = exchange;
  if (error instanceof ClientGone || response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // The message of an unforeseen error can quote a payload.
  send(exchange, error instanceof Refusal ? error.reply : detailReply(500, 'the router failed'));
}
