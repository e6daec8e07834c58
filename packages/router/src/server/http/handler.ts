/** One HTTP request from its head to the end of its answer. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ExchangeService } from '../exchange/exchange.js';
import { exchange } from '../exchange/exchange.js';
import { AnswerSink } from '../exchange/sink.js';
import { forward } from '../fleet/forward.js';
import type { Peers } from '../fleet/registry.js';
import type { KeyStore } from '../kem/key-store.js';
import { LIMITS } from '../limits.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { clearClassOf, protocolError, RequestReader, type OpenRequest } from '../protocol/port.js';
import type { V1Call, V1Handler } from '../v1/v1.js';
import { detailReply, sendReply } from '../../v1/reply.js';
import type { ByteBudget } from './budget.js';
import { allowBrowsers, sendClear, sendClearError, sendPreflight } from './clear.js';
import { ClientGone, receive } from './receive.js';
import { targetOf, type Target } from './routes.js';

/** What the handler serves with. */
export interface Gateway extends ExchangeService {
  readonly keys: KeyStore;
  readonly budget: ByteBudget;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  /** Aborts when the server waits no longer for what is under way. */
  readonly stop: AbortSignal;
  /** Serves the calls of protocol 1; `undefined`: they do not exist. */
  readonly v1: V1Handler | undefined;
  /** Other routers, whose keys this one publishes too. */
  readonly peers: Peers;
}

/** Requests under way, counted. */
export class Exchanges {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @throws `busy` */
  enter(): () => void {
    if (this.#count >= LIMITS.exchanges) throw protocolError('busy');
    this.#count += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#count -= 1;
      isOver = true;
    };
  }
}

/** @param mayForward `false` on the listener for other routers: what they pass on is not passed on again */
export function createHandler(gateway: Gateway, exchanges: Exchanges, mayForward: boolean): RequestListener {
  return (request, response) => {
    allowBrowsers(response);
    if (gateway.isDraining()) response.setHeader('connection', 'close');
    const target = targetOf(request.method ?? '', request.url ?? '', gateway.v1 !== undefined);
    const call = { request, response, startedAt: Date.now() };
    if (target.kind === 'v1') void serveV1(gateway, exchanges, target.call, call);
    else if (target.kind !== 'sealed') void serveClear(gateway, target, request, response);
    else void route(gateway, exchanges, target.keyId, call, mayForward);
  };
}

/** One HTTP request and where its answer goes. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
}

/** What is sealed to a key of another router goes there. */
async function route(
  gateway: Gateway,
  exchanges: Exchanges,
  keyId: string,
  call: Call,
  mayForward: boolean,
): Promise<void> {
  const address = mayForward ? gateway.peers.addressOf(keyId) : undefined;
  if (address === undefined || gateway.keys.find(keyId) !== undefined) {
    await serveSealed(gateway, exchanges, keyId, call);
    return;
  }
  const { request, response, startedAt } = call;
  const outcome = await forward(address, request.url ?? '', request, response);
  if (outcome === 'unreachable') {
    // Its keys were in its memory: they are gone, and so is every request that was sealed to them.
    gateway.peers.forget(address);
    refuse(request, response, protocolError('key_unknown'));
  } else if (outcome === 'broken') response.destroy();
  report(gateway, { code: `forward_${outcome}`, requestId: undefined, bytes: 0 }, 0, Date.now() - startedAt);
}

/** Never rejects. */
async function serveV1(
  gateway: Gateway,
  exchanges: Exchanges,
  call: V1Call,
  { request, response, startedAt }: Call,
): Promise<void> {
  let code: string;
  try {
    if (gateway.isDraining() || gateway.v1 === undefined) throw protocolError('unavailable');
    const leave = exchanges.enter();
    try {
      code = await gateway.v1(call, request, response);
    } finally {
      leave();
    }
  } catch (error) {
    code = clearClassOf(error) ?? 'internal';
    sendReply(
      response,
      detailReply(503, 'the router is busy, or stops', { 'retry-after': '1', connection: 'close' }),
    );
  }
  report(gateway, { code, requestId: undefined, bytes: 0 }, 0, Date.now() - startedAt);
}

/** Never rejects. */
async function serveClear(
  gateway: Gateway,
  target: Exclude<Target, { kind: 'sealed' } | { kind: 'v1' }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (target.kind === 'preflight') sendPreflight(response);
  else if (target.kind === 'wrong-method') {
    sendClear(response, 405, 'text/plain', '', { allow: target.allow });
  } else if (target.kind === 'unknown') sendClear(response, 404, 'text/plain', '');
  else await sendDocument(gateway, response);
}

async function sendDocument({ keys, isDraining }: Gateway, response: ServerResponse): Promise<void> {
  try {
    if (isDraining() || keys.keys.length === 0) throw protocolError('unavailable');
    sendClear(response, 200, 'application/nomyo-v2-keys', await keys.document());
  } catch {
    sendClearError(response, 'unavailable');
  }
}

/** Never rejects. */
async function serveSealed(
  gateway: Gateway,
  exchanges: Exchanges,
  keyId: string,
  { request: message, response, startedAt }: Call,
): Promise<void> {
  const sink = new AnswerSink(response);
  const seen = { code: 'ok', requestId: undefined as string | undefined, bytes: 0 };
  try {
    if (gateway.isDraining()) throw protocolError('unavailable');
    const leave = exchanges.enter();
    try {
      const opener = new RequestReader({ pathKeyId: keyId, ...openerOptions(gateway) });
      const { request, bytes } = await receive(message, opener, gateway.budget);
      seen.bytes = bytes;
      seen.requestId = request.requestId;
      seen.code = await answer(gateway, request, sink, response);
    } finally {
      leave();
    }
  } catch (error) {
    seen.code = refuse(message, response, error);
  }
  report(gateway, seen, sink.sent, Date.now() - startedAt);
}

function openerOptions({ keys, now }: Gateway): {
  readonly keys: KeyStore;
  readonly now: () => number;
  readonly maxRequest: number;
} {
  return { keys, now: () => Math.floor(now()), maxRequest: LIMITS.maxRequest };
}

async function answer(
  gateway: Gateway,
  request: OpenRequest,
  sink: AnswerSink,
  response: ServerResponse,
): Promise<string> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  try {
    return await exchange(gateway, { request, sink, gone: gone.signal, stop: gateway.stop });
  } finally {
    request.dispose();
  }
}

/** @returns the code for the log */
function refuse(message: IncomingMessage, response: ServerResponse, error: unknown): string {
  if (error instanceof ClientGone) {
    response.destroy();
    return 'client_gone';
  }
  const code = clearClassOf(error);
  // What is left of the body is not read: the connection ends with the answer.
  if (!message.complete && !response.headersSent) response.setHeader('connection', 'close');
  message.resume();
  sendClearError(response, code ?? 'unavailable');
  return code ?? 'internal';
}

function report(
  { log, metrics }: Gateway,
  { code, requestId, bytes }: { code: string; requestId: string | undefined; bytes: number },
  out: number,
  ms: number,
): void {
  metrics.request(code, ms / 1_000, bytes, out);
  log.write('request', {
    ...(requestId === undefined ? {} : { request: requestId }),
    code,
    in: bytes,
    out,
    ms,
  });
}
