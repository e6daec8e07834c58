/** The chat-completion request inside an envelope: what the router itself needs of it. */
import { Refusal } from '../../v1/reply.js';

/** A JSON object whose members are not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A request that has what every request must have; everything else is kept as it came. */
export interface ChatRequest extends JsonObject {
  readonly model: string;
  readonly messages: readonly JsonObject[];
}

/** Reports whether the value is an object, and not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param json of the opened request; the strings made of it are the garbage collector's to forget
 * @throws {Refusal} 400, with a list of objects where a member is missing or wrong
 */
export function parseRequest(json: Uint8Array): ChatRequest {
  const request = parse(json);
  if (isChatRequest(request)) return request;
  const wrong = [
    ...(isModel(request['model']) ? [] : [violation('model', 'must be a non-empty string')]),
    ...(isMessages(request['messages'])
      ? []
      : [violation('messages', 'must be a non-empty array of messages')]),
  ];
  throw new Refusal(400, wrong);
}

/** One entry of a validation failure, in the shape that services of this kind give. */
export function violation(member: string, msg: string): JsonObject {
  return { type: 'value_error', loc: ['body', member], msg };
}

function parse(json: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json));
  } catch {
    // The parser's own error quotes the payload.
    throw new Refusal(400, 'the payload is no JSON in UTF-8');
  }
  if (!isJsonObject(value)) throw new Refusal(400, 'the payload is no JSON object');
  return value;
}

function isChatRequest(request: JsonObject): request is ChatRequest {
  return isModel(request['model']) && isMessages(request['messages']);
}

function isModel(model: unknown): boolean {
  return typeof model === 'string' && model !== '';
}

function isMessages(messages: unknown): boolean {
  if (!Array.isArray(messages) || messages.length === 0) return false;
  return messages.every((message) => isJsonObject(message) && typeof message['role'] === 'string');
}
