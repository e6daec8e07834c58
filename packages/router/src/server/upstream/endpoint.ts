/** The URL of an OpenAI-compatible server: an origin, or a base URL ending in `/v1`. */
import { UsageError } from '../../usage-error.js';

/** @throws {UsageError} when it is no http: or https: URL, or holds a user, a query or a fragment */
export function upstreamBase(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`${option} must be an http: or https: URL, such as http://127.0.0.1:8000`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${option} must not hold credentials; NOMYO_UPSTREAM_API_KEY takes the API key`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new UsageError(`${option} must have no query and no fragment`);
  }
  const path = url.pathname.replace(/\/+$/u, '');
  if (path.endsWith('/chat/completions')) {
    throw new UsageError(`${option} must be the base URL alone, without /chat/completions`);
  }
  url.pathname = path.endsWith('/v1') ? `${path}/` : `${path}/v1/`;
  return url;
}
