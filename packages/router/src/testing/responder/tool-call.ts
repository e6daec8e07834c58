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
  const names = forcedNames(request['tool_choice']);
  if (names === undefined) return undefined;
  const chosen = functionsOf(request['tools']).find(({ name }) => names === 'any' || names.includes(name));
  if (chosen === undefined) {
    throw new Refusal(400, [violation('tool_choice', 'names no tool of this request')]);
  }
  return {
    id: 'call_embedded_responder_1',
    type: 'function',
    function: { name: chosen['name'], arguments: JSON.stringify(sampleOf(chosen['parameters']) ?? {}) },
  };
}

/** The tools of which one must be called; `undefined`: none has to be. */
function forcedNames(choice: unknown): readonly unknown[] | 'any' | undefined {
  if (choice === 'required') return 'any';
  if (!isJsonObject(choice)) return undefined;
  const { function: named, allowed_tools: allowed } = choice;
  if (isJsonObject(named) && named['name'] !== undefined) return [named['name']];
  if (!isJsonObject(allowed) || allowed['mode'] !== 'required') return undefined;
  return functionsOf(allowed['tools']).map(({ name }) => name);
}

function functionsOf(tools: unknown): readonly JsonObject[] {
  if (!Array.isArray(tools)) return [];
  return tools
    .filter(isJsonObject)
    .flatMap((tool) => (isJsonObject(tool['function']) ? [tool['function']] : []));
}
