/** Routes calls by their URL: into an envelope, unsealed if the caller allowed it, or nowhere. Pure. */
import { InvalidArgumentError } from '@nomyo/base';
import type { Dialect } from '../dialects/dialect.js';
import { CHAT_COMPLETIONS, MESSAGES, RESPONSES } from '../dialects/dialects.js';

/** Calls that may travel unsealed if the caller lists them, because they hold no prompt and no answer. */
export const PASSTHROUGHS = ['GET /v1/models'] as const;

/** A path that may travel unsealed. */
export type Passthrough = (typeof PASSTHROUGHS)[number];

/** The destination of a call. */
export type Route = Destination & {
  /** Whether the library was configured with our router as its server. */
  readonly isRouter: boolean;
};

/** `dialect` also applies to errors. */
type Destination = { readonly dialect: Dialect } & (
  | { readonly to: 'sealed' }
  | { readonly to: 'models' }
  | { readonly to: 'nothing' }
  | ({ readonly to: 'refused' } & RefusedCall)
);

/** A call that must not be made. */
export interface RefusedCall {
  readonly method: string;
  /** Protocol of the URL, with its colon. */
  readonly protocol: string;
  /** Path without slashes at its end. */
  readonly path: string;
  /** Whether it asks for the list of models. */
  readonly isModels: boolean;
}

/** Ends of the paths that are sealed: nothing is ever sent to them in the clear. */
const SEALED: readonly (readonly [path: string, dialect: Dialect])[] = [
  ['/chat/completions', CHAT_COMPLETIONS],
  ['/responses', RESPONSES],
  ['/v1/messages', MESSAGES],
];

/** The ends of sealed paths, for errors. */
export const SEALED_PATHS: readonly string[] = SEALED.map(([path]) => path);

/** Finds routes, and keeps the last one, because a library calls the same address again and again. */
export class Routes {
  readonly #base: URL;
  readonly #passthrough: readonly Passthrough[];
  #last: { readonly method: string; readonly address: string; readonly route: Route } | undefined;

  /**
   * @param baseUrl base of relative URLs
   * @throws {InvalidArgumentError} when it is not a URL
   */
  constructor(baseUrl: string, passthrough: readonly Passthrough[]) {
    this.#base = parseUrl('baseUrl', baseUrl);
    this.#passthrough = passthrough;
  }

  /**
   * Finds the route of a call.
   *
   * @param method in upper case
   * @throws {InvalidArgumentError} when `address` is not a URL
   */
  of(method: string, address: string): Route {
    const last = this.#last;
    if (last?.address === address && last.method === method) return last.route;
    const url = parseUrl('url', address, this.#base);
    const isRouter = url.origin === this.#base.origin;
    const route = { isRouter, ...routeOf(method, url, this.#passthrough) };
    this.#last = { method, address, route };
    return route;
  }
}

function parseUrl(name: string, address: string, base?: URL): URL {
  try {
    return new URL(address, base);
  } catch {
    throw new InvalidArgumentError(name, 'must be a URL');
  }
}

function routeOf(method: string, url: URL, passthrough: readonly Passthrough[]): Destination {
  // The openai library fetches this URL once, to get hold of the class of a Response.
  if (url.href === 'data:,') return { to: 'nothing', dialect: CHAT_COMPLETIONS };
  const path = url.pathname.replace(/\/+$/, '');
  const sealed = SEALED.find(([end]) => path.endsWith(end));
  const dialect = sealed?.[1] ?? dialectOfErrors(path);
  if (sealed !== undefined && method === 'POST') return { to: 'sealed', dialect };
  const { protocol } = url;
  const isModels = method === 'GET' && path.endsWith('/models') && /^https?:$/.test(protocol);
  if (isModels && passthrough.includes('GET /v1/models')) return { to: 'models', dialect };
  return { to: 'refused', dialect, method, protocol, path, isModels };
}

function dialectOfErrors(path: string): Dialect {
  return SEALED.find(([part]) => path.includes(part))?.[1] ?? CHAT_COMPLETIONS;
}
