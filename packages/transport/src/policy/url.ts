/** Where the router is. Everything is decided here, before anything is made, sent or written. */
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { isLoopbackName } from './loopback.js';

/** The service's own router. */
export const DEFAULT_BASE_URL = 'https://api.nomyo.ai';

/**
 * Where `http:` may lead: `true` for this machine alone, for local development; `dangerously-remote` for any host, where
 * everybody on the way reads metadata and can replace the router's key.
 */
export type AllowHttp = boolean | 'dangerously-remote';

/** What is allowed, and what the option is called. */
export interface BaseUrlOptions {
  /** Where `http:` may lead. Default: nowhere. */
  readonly allowHttp?: AllowHttp | undefined;
  /** Name of the option in errors. Default: `baseUrl`. */
  readonly name?: string;
}

/** Where a URL parser would quietly repair: no `//`, white space and controls (WHATWG URL §4.4), backslashes. */
const WELL_FORMED = /^[a-z][a-z\d+.-]*:\/\/[^\s\\\p{Cc}]+$/iu;

/**
 * The parsed base URL: no trailing slash on a path prefix, which is kept. Errors never quote it.
 *
 * @throws {InvalidArgumentError} when it is no absolute URL, or has credentials, a query or a fragment
 * @throws {SecurityError} `INSECURE_URL` when it is neither `https:` nor, as far as `allowHttp` goes, `http:`
 */
export function parseBaseUrl(baseUrl: string, { allowHttp = false, name = 'baseUrl' }: BaseUrlOptions): URL {
  const url = parseAbsolute(baseUrl);
  if (url === undefined) throw new InvalidArgumentError(name, 'must be an absolute URL');
  checkProtocol(url, allowHttp, name);
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError(name, 'must not hold credentials');
  }
  // An empty query or fragment leaves no trace in `search` and `hash`.
  if (/[?#]/.test(baseUrl)) throw new InvalidArgumentError(name, 'must have neither a query nor a fragment');
  url.pathname = withoutTrailingSlashes(url.pathname);
  return url;
}

function checkProtocol({ protocol, hostname }: URL, allowHttp: AllowHttp, name: string): void {
  if (protocol === 'https:') return;
  if (protocol !== 'http:') throw new SecurityError('INSECURE_URL', `${name} must begin with https:`);
  if (allowHttp === false) {
    const hint = 'allowHttp permits http: for local development';
    throw new SecurityError('INSECURE_URL', `${name} must begin with https:; ${hint}`);
  }
  if (allowHttp === 'dangerously-remote' || isLocalName(hostname)) return;
  throw new SecurityError(
    'INSECURE_URL',
    `${name} must begin with https:; allowHttp: true permits http: on this machine alone, 'dangerously-remote' on others`,
  );
}

/**
 * Names that can be this machine: besides those of loopback, `.test` (RFC 6761 §6.2), which cannot be registered and
 * development servers use. The address that it stands for is checked when the connection is made.
 */
function isLocalName(hostname: string): boolean {
  return isLoopbackName(hostname) || /\.test\.?$/.test(hostname);
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
