/** The routes but calls: models, health, metrics, status. `Host` and `Origin` have been checked before. */
import { Hono, type Context } from 'hono';
import { faultOf } from './calls/faults.js';
import { DIALECTS, dialectOf, faultResponse } from './dialects/dialects.js';
import type { Gate } from './gate.js';
import { COMMON_HEADERS } from './http/write.js';
import type { Metrics } from './metrics.js';
import { list, retrieve, show, tags, type Bindings, type ModelOptions } from './model-routes.js';
import { PAGE_HEADERS, statusPage } from './status/page.js';
import type { Snapshot } from './status/snapshot.js';
import { ownVersion } from './version.js';

/** The dependencies of the routes. */
export interface AppOptions extends ModelOptions {
  readonly metrics: Metrics;
  readonly gate: Gate;
  readonly snapshot: () => Promise<Snapshot>;
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
  app.get('/v1/models', (c) => list(c, options));
  app.get('/v1/models/:name{.+}', (c) => retrieve(c, options));
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
