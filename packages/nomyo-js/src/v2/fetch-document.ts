/** Fetches a key configuration, `GET {base}/v2/keys` (SPEC of version 2, section 4.1). */
import { NomyoError, SecurityError, type AbortSignalLike } from '@nomyo/base';
import { CONTENT_TYPE, isOfType, LIMITS, protocolError } from '@nomyo/protocol-v2';
import { endpoint, errorOfStatus, type HttpClient, type HttpResponse } from '@nomyo/transport';

/** Longest wait for these few kilobytes, in ms, however long a completion may take. */
const MAX_TIMEOUT_MS = 60_000;

/** The source of documents. */
export interface DocumentSource {
  readonly http: HttpClient;
  readonly baseUrl: URL;
  /** Longest duration of one attempt, in ms. */
  readonly timeout: number;
}

/** The end of every error about a server that does not speak version 2: there is no fallback to another version. */
const NO_FALLBACK =
  'A pinned root means version 2 and nothing else: check the base URL, and whether the gateway speaks version 2';

/**
 * Fetches the bytes of a key configuration.
 *
 * @throws {SecurityError} when the server does not speak version 2: a redirect, a 404, another content type
 * @throws {APIError} on any other status than 200
 * @throws {APIConnectionError} when the gateway cannot be reached, or not in time
 */
export async function fetchDocument(source: DocumentSource, signal: AbortSignalLike): Promise<Uint8Array> {
  const { status, headers, body } = await send(source, signal);
  if (status === 404) throw notVersion2('GET /v2/keys was answered with 404');
  if (status !== 200) {
    throw errorOfStatus(status, {
      headers: retryHeadersOf(headers),
      payloadId: undefined,
      possiblyExecuted: false,
    });
  }
  if (!isOfType(headers['content-type'], CONTENT_TYPE.keys)) {
    throw notVersion2('GET /v2/keys was answered with a content type other than that of a key configuration');
  }
  return body;
}

/** The only headers that are kept from an error, because anyone on the way could have made it. */
export function retryHeadersOf(headers: HttpResponse['headers']): HttpResponse['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name === 'retry-after' || name === 'retry-after-ms'),
  );
}

async function send(
  { http, baseUrl, timeout }: DocumentSource,
  signal: AbortSignalLike,
): Promise<HttpResponse> {
  try {
    return await http.send({
      method: 'GET',
      url: endpoint(baseUrl, '/v2/keys'),
      headers: { accept: CONTENT_TYPE.keys },
      timeout: Math.min(timeout, MAX_TIMEOUT_MS),
      maxBytes: LIMITS.maxDocument,
      signal,
    });
  } catch (error) {
    const code = error instanceof NomyoError ? error.code : undefined;
    if (code === 'REDIRECT_REFUSED') {
      throw new SecurityError(code, `GET /v2/keys was answered with a redirect. ${NO_FALLBACK}`);
    }
    if (code === 'BODY_TOO_LARGE') throw protocolError('config_malformed', { detail: 'it is too long' });
    throw error;
  }
}

function notVersion2(what: string): SecurityError {
  return new SecurityError('CONFIG_MALFORMED', `${what}. ${NO_FALLBACK}`);
}
