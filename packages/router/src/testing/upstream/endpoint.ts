import { InvalidArgumentError } from '@nomyo/crypto';

const CALL = '/chat/completions';

/**
 * Where an OpenAI-compatible server takes chat completions. The base may end in a version (`/v1`) or not, and may
 * already be the whole path.
 *
 * @throws {InvalidArgumentError} when it is no http: or https: URL, or holds a user, a query or a fragment
 */
export function completionsUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError('upstream', 'must be an http: or https: URL');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('upstream', 'must have no user, no query and no fragment');
  }
  const path = url.pathname.replace(/\/+$/u, '');
  if (path.endsWith(CALL)) url.pathname = path;
  else url.pathname = /\/v\d+$/u.test(path) ? `${path}${CALL}` : `${path}/v1${CALL}`;
  return url;
}
