/** The facts for observers when a call begins: its numeric settings, and no text of the request. Pure. */
import type { JsonObject } from '@nomyo/crypto';
import type { CallInput } from '../call/call-runner.js';
import type { CallParameters, CallStart } from './observer.js';

/** @param protocol its name */
export function callStart(
  { operation, payload, payloadId, securityTier, stream }: CallInput,
  protocol: string,
  { protocol: scheme, hostname, port }: URL,
): CallStart {
  const model = payload?.['model'];
  return {
    operation,
    protocol,
    payloadId,
    model: typeof model === 'string' ? model : undefined,
    securityTier,
    stream,
    server: { address: hostname, port: Number(port) || (scheme === 'http:' ? 80 : 443) },
    parameters: parametersOf(payload ?? {}),
  };
}

/** Leaves out everything that is not a number, so that text of a request never gets here. */
function parametersOf(payload: JsonObject): CallParameters {
  const number = (name: string): number | undefined => {
    const value = payload[name];
    return typeof value === 'number' ? value : undefined;
  };
  return {
    maxTokens: number('max_completion_tokens') ?? number('max_tokens'),
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    frequencyPenalty: number('frequency_penalty'),
    presencePenalty: number('presence_penalty'),
    seed: number('seed'),
    choices: number('n'),
  };
}
