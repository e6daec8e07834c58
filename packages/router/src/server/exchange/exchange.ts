/** One exchange, from the opened request to its answer: authorization, routing, replay check and run. */
import type { AbortSignalLike } from '@nomyo/base';
import type { ApiKeyEntry } from '../access/api-key.js';
import type { Access } from '../access/key-ring.js';
import type { Entered } from '@nomyo/protocol-v2';
import type { ByteBudget } from '../http/budget.js';
import type { RateLimiter } from '../access/rate-limit.js';
import type { Tier } from '../json/values.js';
import { isObject } from '../json/values.js';
import type { Limits } from '../limits.js';
import { protocolError, type OpenRequest, type RequestHead } from '../protocol/port.js';
import { MapLost, type ReplayMap } from '../replay/replay-map.js';
import { collect } from '../upstream/collect.js';
import { failureAnswer, statusAnswer, UpstreamError } from '../upstream/failure.js';
import { errorAnswer, Refusal, type Answer } from './answer.js';
import { checkFacts, runCompletion, sendWhole, type Outcome, type Route } from './run.js';
import type { AnswerSink } from './sink.js';
import { within } from './within.js';

/** Shared by all exchanges. */
export interface ExchangeService {
  readonly access: Access;
  readonly limiter: RateLimiter;
  readonly routes: ReadonlyMap<Tier | 'untiered', Route>;
  readonly replays: ReplayMap;
  /** Memory budget of whole upstream answers. */
  readonly answers: ByteBudget;
  /** Called when the map lost entries: destroys the keys of their requests. */
  readonly forgetKeys: () => Promise<void>;
  /** Unix seconds. */
  readonly now: () => number;
  readonly limits: Limits;
}

/** An opened request and the sink of its answer. */
export interface Exchange {
  readonly request: OpenRequest;
  readonly sink: AnswerSink;
  readonly gone: AbortSignalLike;
  readonly stop: AbortSignalLike;
}

/** @throws an error that is answered in the clear: `replayed`, `busy`, `key_unknown`, `unavailable` */
export async function exchange(service: ExchangeService, current: Exchange): Promise<Outcome> {
  const { head } = current.request;
  try {
    const { route, caller } = await admit(service, head);
    const { method, path } = head;
    if (method === 'GET' && path === '/v1/models') return await listModels(service, route, caller, current);
    if (method !== 'POST' || path !== '/v1/chat/completions') throw elsewhere(path);
    return await once(service, route, caller, current);
  } catch (error) {
    if (error instanceof Refusal) return sendWhole({ ...service, ...current }, error.answer);
    throw error;
  }
}

/** The caller: an entry of the API key file, or anyone when no keys are required. */
export type Caller = ApiKeyEntry | 'anyone';

/** The caller and the route. */
export interface Admitted {
  readonly route: Route;
  readonly caller: Caller;
}

/** The API key and the tier. @throws {Refusal} 401, 403 */
export async function admit(
  { access, routes }: Pick<ExchangeService, 'access' | 'routes'>,
  { authorization, tier }: Pick<RequestHead, 'authorization' | 'tier'>,
): Promise<Admitted> {
  const key = /^Bearer +(?<key>[!-~]+)$/iu.exec(authorization ?? '')?.groups?.['key'];
  const caller = await access.find(key);
  if (caller === undefined) throw new Refusal(401, 'unauthorized', 'the API key is missing or wrong');
  if (caller !== 'anyone' && caller.tiers?.includes(tier ?? 'standard') === false) {
    throw new Refusal(403, 'tier_not_allowed', 'this API key may not use this tier');
  }
  const route = routes.get(tier ?? 'untiered');
  if (route === undefined) throw new Refusal(403, 'tier_not_offered', 'this tier is not offered here');
  return { route, caller };
}

/** Counts one more request of this caller. @throws {Refusal} 429 */
export function checkRate({ limiter }: Pick<ExchangeService, 'limiter'>, caller: Caller): void {
  if (caller === 'anyone' || caller.perMinute === undefined) return;
  const wait = limiter.take(caller.id, caller.perMinute, Date.now());
  if (wait > 0) throw new Refusal(429, 'rate_limit', 'over the rate limit of this API key', wait);
}

function elsewhere(path: string): Refusal {
  const isKnown = path === '/v1/models' || path === '/v1/chat/completions';
  if (isKnown) return new Refusal(400, 'method_not_allowed', 'POST /v1/chat/completions, or GET /v1/models');
  return new Refusal(404, 'not_found', 'this router serves /v1/chat/completions and /v1/models only');
}

/** SPEC section 9: no request runs twice. */
async function once(
  service: ExchangeService,
  route: Route,
  caller: Caller,
  current: Exchange,
): Promise<Outcome> {
  const { request, sink } = current;
  const facts = checkFacts(request.body, route);
  const entered = await enter(service, request);
  if (entered.kind === 'replayed') throw protocolError('replayed');
  if (entered.kind === 'duplicate') {
    throw new Refusal(409, 'duplicate', 'a request with this id was received before, and is not run again');
  }
  if (entered.kind === 'stored') {
    sink.writeWhole(entered.answer);
    return 'resent';
  }
  try {
    return await run(service, caller, { ...service, ...current, facts, route });
  } finally {
    await service.replays.finish(request.mapKey, sink.kept, service.now());
  }
}

/**
 * The rate limit is checked after the map: a resend costs nothing and gets the same answer as the first copy. A refusal is
 * kept like an answer, so that a resend gets it too.
 */
async function run(
  service: ExchangeService,
  caller: Caller,
  current: Parameters<typeof runCompletion>[0],
): Promise<Outcome> {
  try {
    checkRate(service, caller);
  } catch (error) {
    if (error instanceof Refusal) return sendWhole(current, error.answer);
    throw error;
  }
  return runCompletion(current);
}

async function enter(
  { replays, forgetKeys, now }: ExchangeService,
  { mapKey, fingerprint }: OpenRequest,
): Promise<Entered> {
  try {
    return await replays.enter(mapKey, fingerprint, now());
  } catch (error) {
    if (!(error instanceof MapLost)) throw error;
    await forgetKeys();
    throw protocolError('key_unknown');
  }
}

/** The models of a tier. Listing has no side effects, so it needs no entry in the map. */
async function listModels(
  service: ExchangeService,
  route: Route,
  caller: Caller,
  current: Exchange,
): Promise<Outcome> {
  checkRate(service, caller);
  const { stop, gone } = current;
  const { limits } = service;
  const ask = (signal: AbortSignalLike): Promise<Answer> => modelsAnswer(route, signal, limits);
  return sendWhole({ ...service, ...current }, await within([stop, gone], limits.httpRequestMs, ask));
}

async function modelsAnswer(
  { upstream, models }: Route,
  signal: AbortSignalLike,
  limits: Limits,
): Promise<Answer> {
  try {
    const { status, retryAfter, body } = await upstream.call({ method: 'GET', path: 'models', signal });
    const list = await collect(body, limits.upstreamError * 16);
    if (status !== 200) return statusAnswer(status, retryAfter, list ?? new Uint8Array(0));
    const text = list === undefined ? '' : new TextDecoder().decode(list);
    const filtered = filterModels(text, models);
    return {
      head: { status: 200, contentType: 'application/json' },
      body: new TextEncoder().encode(filtered),
    };
  } catch (error) {
    if (error instanceof UpstreamError) return failureAnswer(error.failure);
    return errorAnswer(502, 'upstream_error', 'the list of models is no JSON');
  }
}

function filterModels(text: string, allowed: readonly string[] | undefined): string {
  const list: unknown = JSON.parse(text);
  if (allowed === undefined || !isObject(list) || !Array.isArray(list['data'])) return JSON.stringify(list);
  const data = list['data'].filter(
    (model) => isObject(model) && allowed.some((name) => name === model['id']),
  );
  return JSON.stringify({ ...list, data });
}
