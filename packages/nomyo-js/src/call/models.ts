/** The list of models, whatever the protocol. Loaded on first use. */
import {
  anAbortSignal,
  anObject,
  aString,
  isObject,
  optional,
  refuseUnknown,
  SecurityError,
} from '@nomyo/base';
import type { JsonObject } from '@nomyo/crypto';
import { asWhole } from './answer.js';
import type { CallInput, Opened, Taken } from './call-runner.js';
import type { ListModelsOptions } from '../options/chat-options.js';
import type { ResolvedOptions } from '../options/options.js';
import { MODELS_PATH, type WholeAnswer } from '../protocol.js';

/**
 * The input of a call for the list. There are no retries, because usually a person is waiting for it.
 *
 * @throws {InvalidArgumentError} on an invalid option
 */
export function modelsCall(options: ListModelsOptions, client: ResolvedOptions): CallInput {
  refuseUnknown(anObject('options', options), ['signal', 'apiKey']);
  return {
    apiKey: optional('apiKey', options.apiKey, aString, undefined) ?? client.apiKey,
    signal: optional('signal', options.signal, anAbortSignal, undefined),
    timeout: client.timeout,
    operation: 'models',
    method: 'GET',
    path: MODELS_PATH,
    payload: undefined,
    payloadId: globalThis.crypto.randomUUID(),
    securityTier: undefined,
    headers: {},
    maxRetries: 0,
    stream: false,
  };
}

/** @throws {SecurityError} `INVALID_PLAINTEXT` when the answer is not a JSON object */
export function takeModels({ answer }: Opened): Taken<JsonObject> {
  const value = modelsOf(asWhole(answer));
  return { value, summary: () => undefined };
}

function modelsOf({ plaintext }: WholeAnswer): JsonObject {
  return plaintext.use((bytes) => {
    try {
      const models: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      if (isObject(models)) return models;
    } catch {
      // Treated like JSON that is not an object.
    }
    throw new SecurityError('INVALID_PLAINTEXT', 'the list of models is not a JSON object');
  });
}
