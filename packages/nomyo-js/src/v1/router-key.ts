/** Fetches and caches the router's public key (SPEC.md §7). */
import { NomyoError, SecurityError } from '@nomyo/base';
import { RsaPublicKey } from '@nomyo/crypto';
import { endpoint, ServerKeyCache, type HttpClient, type ServerKeyChange } from '@nomyo/transport';
import type { Emit } from '../events.js';
import type { ResolvedOptions } from '../options/options.js';
import type { FirstUse } from './first-use.js';
import { loadAnswerErrors, loadPart } from '../load-part.js';

/** Longest answer, in bytes: the PEM of a 16384-bit key has some 2,900. */
const MAX_KEY_BYTES = 16 * 1024;

/** Longest wait for these few hundred bytes, in ms, however long a completion may take. */
const MAX_KEY_TIMEOUT_MS = 60_000;

const PATH = '/pki/public_key';

/** Makes the cache of the router's key, which only accepts keys that the option `serverKeys` allows. */
export function createServerKeys(
  http: HttpClient,
  { baseUrl, timeout, keys, serverKeys, serverKeyTtl: ttl }: ResolvedOptions,
  emit: Emit,
): ServerKeyCache<RsaPublicKey> {
  const { policy, pins, onChange } = serverKeys;
  const load = (signal: AbortSignal): Promise<RsaPublicKey> => fetchRouterKey(http, baseUrl, timeout, signal);
  if (policy !== 'first-use') {
    const tell = (change: ServerKeyChange): void => emit({ message: 'nomyo:server-key-changed', ...change });
    return new ServerKeyCache({ load, ttl, pins, onChange: tell });
  }
  let firstUse: FirstUse | undefined;
  return new ServerKeyCache({
    load: async (signal) => {
      const known = loadPart(() => import('./first-use.js'));
      const [parts, key] = await Promise.all([known, load(signal)]);
      firstUse ??= new parts.FirstUse(keys, baseUrl, onChange, emit);
      // A key that the cache is about to refuse is not remembered.
      const isPinned = pins.length === 0 || pins.includes(key.fingerprint);
      if (isPinned) await firstUse.check(key.fingerprint, signal);
      return key;
    },
    ttl,
    pins,
  });
}

/**
 * @param timeout longest duration of one attempt at a completion, in ms; at most a minute of it is used for the key
 * @throws {SecurityError} `SERVER_KEY_INVALID` when the answer is not an acceptable RSA public key
 */
async function fetchRouterKey(
  http: HttpClient,
  baseUrl: URL,
  timeout: number,
  signal: AbortSignal,
): Promise<RsaPublicKey> {
  const response = await http.send({
    method: 'GET',
    url: endpoint(baseUrl, PATH),
    headers: { accept: 'text/plain' },
    timeout: Math.min(timeout, MAX_KEY_TIMEOUT_MS),
    maxBytes: MAX_KEY_BYTES,
    signal,
  });
  if (response.status !== 200) {
    const { errorOfResponse } = await loadAnswerErrors(false);
    throw errorOfResponse(response, { method: 'GET' });
  }
  return importKey(response.body);
}

async function importKey(pem: Uint8Array): Promise<RsaPublicKey> {
  try {
    return await RsaPublicKey.fromPem(pem);
  } catch (cause) {
    const why = cause instanceof NomyoError ? cause.message : 'it cannot be imported';
    throw new SecurityError('SERVER_KEY_INVALID', `the router sent no acceptable public key: ${why}`, {
      cause,
    });
  }
}
