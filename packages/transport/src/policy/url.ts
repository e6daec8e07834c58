/** The URL of the router. It is checked here, before anything is made, sent or written. */
import { InvalidArgumentError, SecurityError } from '@nomyo/base';
import { isLoopbackName } from './loopback.js';

/** The service's own router. */
export const DEFAULT_BASE_URL = 'https://api.nomyo.ai';

/**
 * The hosts that `http:` may lead to. `true`: only this machine, for local development. `dangerously-remote`: any host,
 * so that anyone on the way can read metadata and replace the router's key.
 */
export type AllowHttp = boolean | 'dangerously-remote';

/** Options of {@link parseBaseUrl}. */
export interface BaseUrlOptions {
  /** The hosts that `http:` may lead to. Default: `false`, none. */
  readonly allowHttp?: AllowHttp | undefined;
  /** Name of the option in errors. Default: `baseUrl`. */
  readonly name?: string;
}

/**
 * Excludes what a URL parser silently repairs: a missing `//`, white space, controls (WHATWG URL §4.4), backslashes.
 */
const WELL_FORMED = /^[a-z][a-z\d+.-]*:\/\/[^\s\\\p{Cc}]+$/iu;

/**
 * Parses the base URL. A path prefix is kept, without its trailing slash. Errors never quote the URL.
 *
 * @throws {InvalidArgumentError} when it is not an absolute URL, or has credentials, a query or a fragment
 * @throws {SecurityError} `INSECURE_URL` when it is neither `https:` nor an `http:` URL that `allowHttp` permits
 * @example
 * const base = parseBaseUrl('https://api.nomyo.ai', {});
 */
export function parseBaseUrl(baseUrl: string, { allowHttp = false, name = 'baseUrl' }: BaseUrlOptions): URL {
  const url = parseAbsolute(baseUrl);
  if (url === undefined) throw new InvalidArgumentError(name, 'must be an absolute URL');
  checkProtocol(url, allowHttp, name);
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError(name, 'must not hold credentials');
  }
  // Searched in the text: an empty query or fragment leaves no trace in `search` and `hash`.
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
 * Reports whether a name can be this machine: a loopback name, or one under `.test` (RFC 6761 §6.2), which cannot be
 * registered and is used by development servers. Its address is checked when the connection is made.
 */
function isLocalName(hostname: string): boolean {
  return isLoopbackName(hostname) || /\.test\.?$/.test(hostname);
}

/**
 * The URL of an endpoint.
 *
 * @param base result of {@link parseBaseUrl}
 * @param path path of the endpoint, which begins with a slash
 * @example
 * const url = endpoint(base, '/v1/chat/secure_completion');
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
    // The parser's own error would quote its input, including credentials.
    return undefined;
  }
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
