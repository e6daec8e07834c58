/** Where the router is. Everything is decided here, before anything is made, sent or written. */
import { InvalidArgumentError, SecurityError } from '@nomyo/base';

/** What is allowed, and what the option is called. */
export interface BaseUrlOptions {
  /** Permits `http:`, for local development. */
  readonly allowHttp: boolean;
  /** Name of the option in errors. Default: `baseUrl`. */
  readonly name?: string;
}

/** Where a URL parser would quietly repair: no `//`, white space and controls (WHATWG URL §4.4), backslashes. */
const WELL_FORMED = /^[a-z][a-z\d+.-]*:\/\/[^\s\\\p{Cc}]+$/iu;

/**
 * The parsed base URL: no trailing slash on a path prefix, which is kept. Errors never quote it.
 *
 * @throws {InvalidArgumentError} when it is no absolute URL, or has credentials, a query or a fragment
 * @throws {SecurityError} `INSECURE_URL` when it is neither `https:` nor, with `allowHttp`, `http:`
 */
export function parseBaseUrl(baseUrl: string, { allowHttp, name = 'baseUrl' }: BaseUrlOptions): URL {
  const url = parseAbsolute(baseUrl);
  if (url === undefined) throw new InvalidArgumentError(name, 'must be an absolute URL');
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
    const hint = url.protocol === 'http:' ? '; allowHttp permits http: for local development' : '';
    throw new SecurityError('INSECURE_URL', `${name} must begin with https:${hint}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError(name, 'must not hold credentials');
  }
  // An empty query or fragment leaves no trace in `search` and `hash`.
  if (/[?#]/.test(baseUrl)) throw new InvalidArgumentError(name, 'must have neither a query nor a fragment');
  url.pathname = withoutTrailingSlashes(url.pathname);
  return url;
}

/**
 * The URL of an endpoint.
 *
 * @param base as {@link parseBaseUrl} gives it
 * @param path begins with a slash
 */
export function endpoint(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${withoutTrailingSlashes(base.pathname)}${path}`;
  return url;
}

function parseAbsolute(text: string): URL | undefined {
  if (typeof text !== 'string' || !WELL_FORMED.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    // The parser's own error quotes what it read, credentials included.
    return undefined;
  }
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
