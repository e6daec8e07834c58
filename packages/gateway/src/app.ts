/** The routes but calls: models, health, metrics, status. `Host` and `Origin` have been checked before. */
import { isObject } from '@nomyo/base';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { faultOf } from './calls/faults.js';
import type { SealingFetch } from './calls/relay.js';
import { DIALECTS, dialectOf, faultResponse } from './dialects/dialects.js';
import { findModel, showOf, shownModel, tagsOf } from './dialects/ollama-models.js';
import type { Gate } from './gate.js';
import { parseJson, readBody } from './http/body.js';
import { COMMON_HEADERS } from './http/write.js';
import type { Metrics } from './metrics.js';
import { PAGE_HEADERS, statusPage } from './status/page.js';
import type { Snapshot } from './status/snapshot.js';
import { ownVersion } from './version.js';

/** What the routes need. */
export interface AppOptions {
  readonly fetch: SealingFetch;
  readonly metrics: Metrics;
  readonly gate: Gate;
  readonly snapshot: () => Promise<Snapshot>;
  /** Listed when the router has no list of models. */
  readonly model: string | undefined;
}

/** A question about a model is short. */
const SHOW_BYTES = 65_536;

const MODELS_URL = 'https://gateway.invalid/v1/models';

/** What Hono knows of a request besides the request itself. */
interface Bindings {
  Bindings: HttpBindings;
}

/** The routes that are not calls: health, metrics, models and the status page. */
export function createApp(options: AppOptions): Hono<Bindings> {
  const { metrics, gate } = options;
  const app = new Hono<Bindings>();
  const version = ownVersion();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(COMMON_HEADERS)) c.res.headers.set(name, value);
  });
  app.get('/healthz', () => health(gate.isDraining()));
  app.get('/', (c) => page(c, options));
  app.use(async (c, next) => {
    const fault = gate.stranger(c.env.incoming);
    return fault === undefined ? next() : faultResponse(dialectOf(c.req.path), fault);
  });
  app.get(
    '/metrics',
    async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  );
  app.use(async (c, next) => {
    const fault = gate.closed();
    return fault === undefined ? next() : faultResponse(dialectOf(c.req.path), fault);
  });
  app.get('/v1/models', (c) => models(c, options));
  app.get('/api/tags', (c) => tags(c, options));
  app.post('/api/show', (c) => show(c, options));
  app.get('/api/ps', () => Response.json({ models: [] }));
  app.get('/api/version', () => Response.json({ version }));
  app.all('*', (c) => nowhere(c, metrics));
  app.onError((error, c) => faultResponse(dialectOf(c.req.path), faultOf(error)));
  return app;
}

const health = (isDraining: boolean): Response =>
  Response.json({ status: isDraining ? 'draining' : 'ok' }, { status: isDraining ? 503 : 200 });

/** The form is public; what it opens is not. */
async function page(c: Context<Bindings>, { gate, snapshot }: AppOptions): Promise<Response> {
  const isOpen = gate.knows(c.env.incoming);
  const html = statusPage(isOpen ? await snapshot() : undefined);
  return new Response(html, { status: isOpen ? 200 : 401, headers: PAGE_HEADERS });
}

/** The router's list, or else the model that this gateway was started with. */
async function models(c: Context, { fetch, model }: AppOptions): Promise<Response> {
  const response = await fetch(MODELS_URL, { method: 'GET', signal: c.req.raw.signal });
  if (response.ok || model === undefined) {
    return new Response(await response.text(), {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    });
  }
  return Response.json({
    object: 'list',
    data: [{ id: model, object: 'model', created: 0, owned_by: 'nomyo' }],
  });
}

async function tags(c: Context, options: AppOptions): Promise<Response> {
  const response = await models(c, options);
  const list: unknown = await response.json();
  return response.ok ? Response.json(tagsOf(list)) : noList(list, response.status);
}

/** What clients of Ollama ask before they use a model. */
async function show(c: Context<Bindings>, options: AppOptions): Promise<Response> {
  const name = shownModel(parseJson(await readBody(c.env.incoming, SHOW_BYTES)).members);
  const response = await models(c, options);
  const list: unknown = await response.json();
  if (!response.ok) return noList(list, response.status);
  const model = findModel(list, name);
  if (model !== undefined) return Response.json(showOf(model));
  return Response.json({ error: 'the router has no model of this name' }, { status: 404 });
}

/** A refusal by the router is an error, not an empty list. */
function noList(body: unknown, status: number): Response {
  const error = isObject(body) && isObject(body['error']) ? body['error']['message'] : undefined;
  const message = typeof error === 'string' ? error : 'the router gave no list of models';
  return Response.json({ error: message }, { status });
}

/** The path may contain anything, so it is not repeated. */
function nowhere(c: Context, metrics: Metrics): Response {
  metrics.countTurnedAway('path');
  const known = Object.values(DIALECTS).some(({ path }) => path === c.req.path);
  const isApi = c.req.path.startsWith('/v1/') && c.req.method === 'POST' && !known;
  const paths = Object.values(DIALECTS).map(({ path }) => path);
  return faultResponse(dialectOf(c.req.path), {
    status: isApi ? 403 : known ? 405 : 404,
    code: isApi ? 'ENDPOINT_NOT_SEALED' : known ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND',
    type: 'invalid_request_error',
    message: known
      ? 'this path takes POST'
      : `calls to this path are not sealed, so nothing was sent; there are ${paths.join(', ')}, /v1/models, /api/tags and /api/show`,
  });
}
