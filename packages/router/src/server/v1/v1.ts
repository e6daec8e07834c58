/** The calls of protocol 1, for clients that support nothing newer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { concatBytes, LightAbortController, type AbortSignalLike } from '@nomyo/base';
import { openEnvelope, sealEnvelope, SUITE, type SecureByteContext } from '@nomyo/crypto';
import { ClientKeys } from '../../v1/client-keys.js';
import { forwardedBody } from '../../v1/forwarded.js';
import { checkHeaders, refuseRepeated } from '../../v1/headers.js';
import { Refusal as ClearRefusal, sendReply, type Reply } from '../../v1/reply.js';
import type { RouterKey } from '../../v1/router-key.js';
import { Refusal, type Answer } from '../exchange/answer.js';
import { admit, checkRate, type ExchangeService } from '../exchange/exchange.js';
import { checkFacts, wholeAnswer, type Route } from '../exchange/run.js';
import { within } from '../exchange/within.js';
import type { ByteBudget, Share } from '../http/budget.js';
import type { Exchanges } from '../http/exchanges.js';
import { FOR_BROWSERS } from '../http/clear.js';
import { Intake, ClientGone } from '../http/intake.js';
import type { Limits } from '../limits.js';
import { clearClassOf } from '../protocol/port.js';
import { UpstreamError, failureAnswer } from '../upstream/failure.js';

/** An envelope around the largest payload, its base64 and its other members, in bytes. */
const MAX_ENVELOPE_BYTES = 16_777_216;

/** The parts of the server that calls of protocol 1 need. */
export interface V1Service extends Pick<ExchangeService, 'access' | 'answers' | 'limiter' | 'routes'> {
  readonly key: RouterKey;
  readonly budget: ByteBudget;
  readonly exchanges: Exchanges;
  readonly limits: Limits;
  readonly stop: AbortSignalLike;
}

/** Which of the two calls. */
export type V1Call = 'key' | 'completion';

/** @returns the code for the log; never rejects */
export type V1Handler = (call: V1Call, request: IncomingMessage, response: ServerResponse) => Promise<string>;

/** A handler of both calls: the key, and the completion. */
export function createV1(service: V1Service): V1Handler {
  const clientKeys = new ClientKeys();
  return async (call, request, response) => {
    try {
      const reply =
        call === 'key' ? keyReply(service, request) : await complete(service, clientKeys, request, response);
      sendForBrowsers(response, reply);
      return 'v1_ok';
    } catch (error) {
      return refuse(response, error);
    }
  };
}

function keyReply({ key }: V1Service, request: IncomingMessage): Reply {
  request.resume();
  const body = new TextEncoder().encode(key.current.publicKey.pem);
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

async function complete(
  service: V1Service,
  clientKeys: ClientKeys,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply> {
  refuseRepeated(request.rawHeaders);
  const { publicKey, tier } = checkHeaders(request.headers);
  const { route, caller } = await admit(service, {
    ...(request.headers.authorization === undefined ? {} : { authorization: request.headers.authorization }),
    ...(tier === undefined ? {} : { tier }),
  });
  checkRate(service, caller);
  const clientKey = await clientKeys.get(publicKey);
  const { budget, limits, exchanges } = service;
  exchanges.check();
  const intake = new Intake({ budget, limits, most: MAX_ENVELOPE_BYTES });
  try {
    const envelope = await readEnvelope(request, intake);
    return await exchanges.within(() => answerEnvelope(service, { route, envelope, clientKey }, response));
  } finally {
    intake.release();
  }
}

/** The request of an opened envelope, and the key its answer is sealed to. */
interface Question {
  readonly route: Route;
  readonly envelope: Uint8Array;
  readonly clientKey: Awaited<ReturnType<ClientKeys['get']>>;
}

async function answerEnvelope(
  service: V1Service,
  { route, envelope, clientKey }: Question,
  response: ServerResponse,
): Promise<Reply> {
  const plaintext = await openV1(envelope, service.key);
  const { stop, limits } = service;
  const share = service.answers.share();
  const gone = new LightAbortController();
  response.once('close', () => gone.abort('gone'));
  const { head, body } = await plaintext.use((json) =>
    within([stop, gone], limits.upstreamMs, (signal) => ask(route, json, signal, { limits, share })),
  );
  try {
    if (head.status !== 200) throw clearRefusal(head.status, head.retryAfter);
    const processedAt = Math.floor(Date.now() / 1_000);
    const sealed = await sealEnvelope(body, clientKey, { processedAt });
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: sealed };
  } finally {
    body.fill(0);
    share.release();
  }
}

async function readEnvelope(request: IncomingMessage, intake: Intake): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await intake.read(request, (piece) => void pieces.push(piece));
  return concatBytes(...pieces);
}

async function openV1(envelope: Uint8Array, key: RouterKey): Promise<SecureByteContext> {
  let plaintext: SecureByteContext;
  try {
    ({ plaintext } = await openEnvelope(envelope, key.current));
  } catch {
    throw new ClearRefusal(400, 'the request is no envelope of protocol 1.0, or could not be decrypted');
  }
  if (plaintext.length <= SUITE.maxPayloadBytes) return plaintext;
  plaintext.dispose();
  throw new ClearRefusal(413, `the payload has more than ${String(SUITE.maxPayloadBytes)} bytes`);
}

async function ask(
  route: Route,
  json: Uint8Array,
  signal: AbortSignalLike,
  { limits, share }: { readonly limits: Limits; readonly share: Share },
): Promise<Answer> {
  checkFacts(json, route);
  const body = forwardedBody(json);
  try {
    const call = { method: 'POST', path: 'chat/completions', body, signal } as const;
    return await wholeAnswer(await route.upstream.call(call), limits, share);
  } catch (error) {
    return failureAnswer(error instanceof UpstreamError ? error.failure : 'broken');
  } finally {
    body.fill(0);
  }
}

/** Errors of protocol 1 are not encrypted, and the upstream's message could quote the prompt. */
function clearRefusal(status: number, retryAfter: number | undefined): ClearRefusal {
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return new ClearRefusal(status, `the request failed with ${String(status)} behind the router`, headers);
}

function refuse(response: ServerResponse, error: unknown): string {
  if (error instanceof ClientGone || response.headersSent || response.destroyed) {
    response.destroy();
    return error instanceof ClientGone ? error.code : 'client_gone';
  }
  const refusal = clearOf(error);
  sendForBrowsers(response, refusal.reply);
  return `v1_${String(refusal.reply.status)}`;
}

function sendForBrowsers(response: ServerResponse, { headers, ...reply }: Reply): void {
  sendReply(response, { ...reply, headers: { ...FOR_BROWSERS, ...headers } });
}

function clearOf(error: unknown): ClearRefusal {
  if (error instanceof ClearRefusal) return error;
  const protocolClass = clearClassOf(error);
  if (protocolClass === 'too_large') {
    return new ClearRefusal(413, 'the body is too large', { connection: 'close' });
  }
  if (protocolClass !== undefined) {
    return new ClearRefusal(503, 'the router is busy', { 'retry-after': '1', connection: 'close' });
  }
  if (!(error instanceof Refusal)) return new ClearRefusal(500, 'the router failed');
  const { status, retryAfter } = error.answer.head;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  // The router's own refusals never quote the request.
  return new ClearRefusal(status, error.message, headers);
}
