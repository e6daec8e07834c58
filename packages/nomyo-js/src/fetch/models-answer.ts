/** The list of models for a library. Loaded on first use. */
import { SecurityError, type AbortSignalLike } from '@nomyo/base';
import { jsonAnswer } from './answer.js';
import type { CompletionClient } from './config.js';

/** @throws {SecurityError} `ENDPOINT_NOT_SEALED` when the client cannot list models */
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
