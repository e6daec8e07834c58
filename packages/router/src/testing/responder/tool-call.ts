import { Refusal } from '../../v1/reply.js';
import { isJsonObject, violation, type ChatRequest, type JsonObject } from '../protocol/payload.js';
import { sampleOf } from './sample.js';

/**
 * The call that `tool_choice` forces, or `undefined` when it forces none: the responder never calls a tool of its
 * own accord.
 *
 * @throws {Refusal} 400 when the forced tool is not there
 */
export function forcedToolCall(request: ChatRequest): JsonObject | undefined {
  const choice = request['tool_choice'];
  const name =
    isJsonObject(choice) && isJsonObject(choice['function']) ? choice['function']['name'] : undefined;
  if (choice !== 'required' && name === undefined) return undefined;
  const functions = functionsOf(request);
  const chosen = choice === 'required' ? functions[0] : functions.find((one) => one['name'] === name);
  if (chosen === undefined) {
    throw new Refusal(400, [violation('tool_choice', 'names no tool of this request')]);
  }
  return {
    id: 'call_embedded_responder_1',
    type: 'function',
    function: { name: chosen['name'], arguments: JSON.stringify(sampleOf(chosen['parameters']) ?? {}) },
  };
}

function functionsOf({ tools }: ChatRequest): readonly JsonObject[] {
  if (!Array.isArray(tools)) return [];
  return tools
    .filter(isJsonObject)
    .flatMap((tool) => (isJsonObject(tool['function']) ? [tool['function']] : []));
}
