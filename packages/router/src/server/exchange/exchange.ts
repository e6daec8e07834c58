/** One exchange from the open request to its answer: who asks, what for, whether it ran already, and the run. */
import { createHash } from 'node:crypto';
import type { ApiKeyEntry } from '../access/api-key.js';
import type { Access } from '../access/key-ring.js';
import type { RateLimiter } from '../access/rate-limit.js';
import type { Tier } from '../json/values.js';
import { isObject } from '../json/values.js';
import { LIMITS } from '../limits.js';
import { ClearError, type OpenRequest, type RequestHead } from '../protocol/port.js';
import type { ReplayKey, ReplayMap } from '../replay/replay-map.js';
import { collect } from '../upstream/collect.js';
import { failureAnswer, statusAnswer, UpstreamError } from '../upstream/failure.js';
import { errorAnswer, Refusal, type Answer } from './answer.js';
import { checkFacts, runCompletion, sealWhole, type Outcome, type Route } from './run.js';
import type { AnswerSink } from './sink.js';

/** What every exchange is served with. */
export interface ExchangeService {
  readonly access: Access;
  readonly limiter: RateLimiter;
  readonly routes: ReadonlyMap<Tier | 'untiered', Route>;
  readonly replays: ReplayMap;
  /** Entries of the map were lost: destroys the keys of their requests. */
  readonly forgetKeys: () => Promise<void>;
}

/** One open request, and where its answer goes. */
export interface Exchange {
  readonly request: OpenRequest;
  readonly sink: AnswerSink;
  readonly gone: AbortSignal;
  readonly stop: AbortSignal;
}

/** @throws {ClearError} `replayed`, `busy`, `key_unknown` */
export async function exchange(service: ExchangeService, current: Exchange): Promise<Outcome> {
  const { request } = current;
  try {
    const route = await admit(service, request.head);
    const { method, path } = request.head;
    if (method === 'GET' && path === '/v1/models') return await listModels(route, current);
    if (method !== 'POST' || path !== '/v1/chat/completions') throw elsewhere(path);
    return await once(service, route, current);
  } catch (error) {
    if (error instanceof Refusal) return sealNow(current, error.answer);
    throw error;
  }
}

/** The API key, its rate, and the tier. @throws {Refusal} 401, 403, 429 */
export async function admit(
  { access, limiter, routes }: Pick<ExchangeService, 'access' | 'limiter' | 'routes'>,
  head: Pick<RequestHead, 'authorization' | 'tier'>,
): Promise<Route> {
  const key = /^Bearer +(?<key>[!-~]+)$/iu.exec(head.authorization ?? '')?.groups?.['key'];
  const entry = await access.find(key);
  if (entry === undefined) throw new Refusal(401, 'unauthorized', 'the API key is missing or wrong');
  if (entry !== 'anyone') checkEntry(limiter, entry, head.tier);
  const route = routes.get(head.tier ?? 'untiered');
  if (route === undefined) throw new Refusal(403, 'tier_not_offered', 'this tier is not offered here');
  return route;
}

function checkEntry(
  limiter: RateLimiter,
  { id, tiers, perMinute }: ApiKeyEntry,
  tier: Tier | undefined,
): void {
  if (tiers?.includes(tier ?? 'standard') === false) {
    throw new Refusal(403, 'tier_not_allowed', 'this API key may not use this tier');
  }
  const wait = perMinute === undefined ? 0 : limiter.take(id, perMinute, Date.now());
  if (wait > 0) throw new Refusal(429, 'rate_limit', 'over the rate limit of this API key', wait);
}

function elsewhere(path: string): Refusal {
  const isKnown = path === '/v1/models' || path === '/v1/chat/completions';
  if (isKnown) return new Refusal(400, 'method_not_allowed', 'POST /v1/chat/completions, or GET /v1/models');
  return new Refusal(404, 'not_found', 'this router serves /v1/chat/completions and /v1/models only');
}

/** SPEC §9: what has run is not run again. */
async function once(service: ExchangeService, route: Route, current: Exchange): Promise<Outcome> {
  const { request, sink } = current;
  const facts = checkFacts(request.body, route);
  const key = replayKey(request);
  const verdict = await service.replays.enter(key);
  if (verdict.kind === 'kept') {
    sink.writeWhole(verdict.answer);
    return 'resent';
  }
  if (verdict.kind === 'duplicate') {
    throw new Refusal(409, 'duplicate', 'a request with this id was received before, and is not run again');
  }
  if (verdict.kind === 'lost') await service.forgetKeys();
  if (verdict.kind !== 'run') throw new ClearError(CLEAR_OF[verdict.kind]);
  try {
    return await runCompletion({ ...current, facts, route });
  } finally {
    await service.replays.finish(key, sink.kept);
  }
}

const CLEAR_OF = { replayed: 'replayed', full: 'busy', lost: 'key_unknown' } as const;

/** SPEC §9: SHA-256(authorization ‖ 0x00 ‖ request id) → SHA-256(header ‖ enc). */
function replayKey({ head, requestId, fingerprint }: OpenRequest): ReplayKey {
  const id = createHash('sha256')
    .update(head.authorization ?? '', 'latin1')
    .update(Uint8Array.of(0))
    .update(requestId, 'hex');
  return { id: id.digest('hex'), fingerprint: createHash('sha256').update(fingerprint).digest('hex') };
}

/** The models of a tier. A list has no effect: it needs no entry in the map. */
async function listModels(route: Route, current: Exchange): Promise<Outcome> {
  const signal = AbortSignal.any([current.stop, current.gone, AbortSignal.timeout(LIMITS.httpRequestMs)]);
  return sealNow(current, await modelsAnswer(route, signal));
}

async function modelsAnswer({ upstream, models }: Route, signal: AbortSignal): Promise<Answer> {
  try {
    const { status, retryAfter, body } = await upstream.call({ method: 'GET', path: 'models', signal });
    const list = await collect(body, LIMITS.upstreamError * 16);
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

function sealNow({ request, sink }: Exchange, answer: Answer): Outcome {
  const sealer = request.answer();
  try {
    sink.writeWhole(sealWhole(sealer, answer, request.head.tier));
    return answer.head.code ?? 'ok';
  } finally {
    sealer.dispose();
  }
}
