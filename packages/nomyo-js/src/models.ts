/** The list of models: the one thing that is asked for without a seal, since it holds no prompt and no answer. */
import type { JsonObject } from '@nomyo/crypto';
import { checkApiKey, createHttpClient, endpoint, errorOfResponse } from '@nomyo/transport';
import type { CallSignal } from './call-scope.js';
import { isObject, SecurityError } from '@nomyo/base';
import type { ApiKey, ResolvedOptions } from './options.js';

const PATH = '/v1/models';

/** Largest list, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Asks the router for its models, over a connection of its own: it is asked for once in a while.
 *
 * @throws {APIError} for every status but 200
 * @throws {SecurityError} `INVALID_PLAINTEXT` when it is no JSON object
 */
export async function readModels(
  options: ResolvedOptions,
  apiKey: ApiKey | undefined,
  signal: CallSignal,
): Promise<JsonObject> {
  const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
  if (key !== undefined) checkApiKey(key);
  const http = createHttpClient(options.http);
  try {
    const response = await http.send({
      method: 'GET',
      url: endpoint(options.baseUrl, PATH),
      headers: {
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      timeout: options.timeout,
      maxBytes: MAX_BYTES,
      signal,
    });
    if (response.status !== 200) {
      throw errorOfResponse(response, { method: 'GET', secrets: key === undefined ? [] : [key] });
    }
    return parseModels(response.body);
  } finally {
    http.close();
  }
}

function parseModels(body: Uint8Array): JsonObject {
  try {
    const models: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (isObject(models)) return models;
  } catch {
    // The same as what is no object.
  }
  throw new SecurityError('INVALID_PLAINTEXT', 'the list of models is no JSON object');
}
