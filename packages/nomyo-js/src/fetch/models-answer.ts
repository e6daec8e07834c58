/** The list of models for a library. Loaded when it is first asked for. */
import { SecurityError, type AbortSignalLike } from '@nomyo/base';
import { jsonAnswer } from './answer.js';
import type { CompletionClient } from './config.js';

/** @throws {SecurityError} `ENDPOINT_NOT_SEALED` when the client has no list */
export async function modelsAnswer(
  client: CompletionClient,
  signal: AbortSignalLike | undefined,
  apiKey: string | undefined,
): Promise<Response> {
  if (client.listModels === undefined) {
    throw new SecurityError('ENDPOINT_NOT_SEALED', 'this client cannot list models');
  }
  return jsonAnswer(
    await client.listModels({
      ...(signal === undefined ? {} : { signal }),
      ...(apiKey === undefined ? {} : { apiKey }),
    }),
  );
}
