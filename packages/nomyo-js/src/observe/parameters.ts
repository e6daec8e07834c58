/** Settings of a request that are numbers, for telemetry. Pure. */
import type { JsonObject } from '@nomyo/crypto';
import type { CallParameters } from './observer.js';

/** Whatever is no number is left out: text of a request never gets here. */
export function parametersOf(payload: JsonObject): CallParameters {
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
