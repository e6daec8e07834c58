/** The routes about models, in the shapes of all protocols: there is one list, and the router has it. */
import { isObject } from '@nomyo/base';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { ORIGIN, type SealingFetch } from './calls/relay.js';
import { faultResponse, type Fault } from './dialects/dialects.js';
import { anthropicList, anthropicModel, modelOf } from './dialects/models.js';
import { findModel, showOf, shownModel, tagsOf } from './dialects/ollama-models.js';
import { parseJson, readBody } from './http/body.js';

/** The dependencies of the routes. */
export interface ModelOptions {
  readonly fetch: SealingFetch;
  /** Listed when the router has no list of models. */
  readonly model: string | undefined;
}

/** Hono's bindings for a request. */
export interface Bindings {
  Bindings: HttpBindings;
}

/** A question about a model is short. */
const SHOW_BYTES = 65_536;

const NO_MODEL: Fault = {
  status: 404,
  code: 'model_not_found',
  type: 'not_found_error',
  message: 'the router has no model of this name',
};

/** The router's list, or else the model that this gateway was started with. */
async function models(c: Context, { fetch, model }: ModelOptions): Promise<Response> {
  const response = await fetch(`${ORIGIN}/v1/models`, { method: 'GET', signal: c.req.raw.signal });
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

/** Anthropic's clients name a version of its API in a header, and ask at the same path. */
const isAnthropic = (c: Context): boolean => c.req.header('anthropic-version') !== undefined;

/** `GET /v1/models` */
export async function list(c: Context, options: ModelOptions): Promise<Response> {
  const response = await models(c, options);
  return response.ok && isAnthropic(c) ? Response.json(anthropicList(await response.json())) : response;
}

/** `GET /v1/models/NAME`; names have slashes in them, escaped or not. */
export async function retrieve(c: Context, options: ModelOptions): Promise<Response> {
  const response = await models(c, options);
  if (!response.ok) return response;
  const model = modelOf(await response.json(), c.req.param('name') ?? '');
  if (model !== undefined) return Response.json(isAnthropic(c) ? anthropicModel(model) : model);
  return faultResponse(isAnthropic(c) ? 'messages' : 'chat', NO_MODEL);
}

/** `GET /api/tags` */
export async function tags(c: Context, options: ModelOptions): Promise<Response> {
  const response = await models(c, options);
  const body: unknown = await response.json();
  return response.ok ? Response.json(tagsOf(body)) : noList(body, response.status);
}

/** `POST /api/show`, which clients of Ollama ask before they use a model */
export async function show(c: Context<Bindings>, options: ModelOptions): Promise<Response> {
  const name = shownModel(parseJson(await readBody(c.env.incoming, SHOW_BYTES)).members);
  const response = await models(c, options);
  const body: unknown = await response.json();
  if (!response.ok) return noList(body, response.status);
  const model = findModel(body, name);
  if (model !== undefined) return Response.json(showOf(model));
  return Response.json({ error: NO_MODEL.message }, { status: NO_MODEL.status });
}

/** A refusal by the router is an error, not an empty list. */
function noList(body: unknown, status: number): Response {
  const error = isObject(body) && isObject(body['error']) ? body['error']['message'] : undefined;
  const message = typeof error === 'string' ? error : 'the router gave no list of models';
  return Response.json({ error: message }, { status });
}
