/** Ollama's `/api/chat` as a chat completion. https://docs.ollama.com/api/chat. Pure. */
import { InvalidArgumentError, isObject } from '@nomyo/base';

type Json = Readonly<Record<string, unknown>>;

/** Ollama's `options` and their names in a chat completion. `num_ctx` and the like are up to the server. */
const OPTIONS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  min_p: 'min_p',
  seed: 'seed',
  stop: 'stop',
  num_predict: 'max_tokens',
  repeat_penalty: 'repetition_penalty',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
};

/** The first bytes of images, in base64. */
const IMAGE_TYPES: readonly (readonly [start: string, type: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** Ollama streams unless told not to. */
export const isStream = (request: Json): boolean => request['stream'] !== false;

/** @throws {InvalidArgumentError} on what cannot be translated */
export function chatRequestOf(request: Json): Json {
  const { model, messages, tools, format, options, security_tier: tier } = request;
  if (typeof model !== 'string') throw new InvalidArgumentError('model', 'must be a string');
  if (!Array.isArray(messages)) throw new InvalidArgumentError('messages', 'must be an array');
  const ids = new CallIds();
  return {
    model,
    messages: messages.map((message: unknown, index) => messageOf(message, index, ids)),
    ...(Array.isArray(tools) && tools.length > 0 ? { tools } : {}),
    ...formatOf(format),
    ...optionsOf(options),
    ...(tier === undefined ? {} : { security_tier: tier }),
    ...(isStream(request) ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

/** Ollama's tool calls have no ids: results follow their calls in order. */
class CallIds {
  readonly #open: string[] = [];
  #count = 0;

  next(): string {
    const id = `call_${String(this.#count)}`;
    this.#count += 1;
    this.#open.push(id);
    return id;
  }

  answered(index: number): string {
    const id = this.#open.shift();
    if (id !== undefined) return id;
    throw new InvalidArgumentError(`messages[${String(index)}]`, 'answers a tool call that was never made');
  }
}

function messageOf(message: unknown, index: number, ids: CallIds): Json {
  const where = `messages[${String(index)}]`;
  if (!isObject(message) || typeof message['role'] !== 'string') {
    throw new InvalidArgumentError(where, 'must be an object with a role');
  }
  const { role, content, images, tool_calls: calls } = message;
  if (role === 'tool') return { role, content: content ?? '', tool_call_id: ids.answered(index) };
  if (Array.isArray(calls) && calls.length > 0) {
    return { role, content: content ?? null, tool_calls: calls.map((call) => toolCallOf(call, where, ids)) };
  }
  if (!Array.isArray(images) || images.length === 0) return { role, content: content ?? '' };
  return {
    role,
    content: [{ type: 'text', text: content ?? '' }, ...images.map((image) => imageOf(image, where))],
  };
}

function toolCallOf(call: unknown, where: string, ids: CallIds): Json {
  const called = isObject(call) ? call['function'] : undefined;
  if (!isObject(called) || typeof called['name'] !== 'string') {
    throw new InvalidArgumentError(`${where}.tool_calls`, 'must name functions');
  }
  const args = JSON.stringify(called['arguments'] ?? {});
  return { id: ids.next(), type: 'function', function: { name: called['name'], arguments: args } };
}

function imageOf(image: unknown, where: string): Json {
  if (typeof image !== 'string') throw new InvalidArgumentError(`${where}.images`, 'must be base64');
  const type = IMAGE_TYPES.find(([start]) => image.startsWith(start))?.[1];
  if (type === undefined) throw new InvalidArgumentError(`${where}.images`, 'must be PNG, JPEG, GIF or WebP');
  return { type: 'image_url', image_url: { url: `data:${type};base64,${image}` } };
}

function formatOf(format: unknown): Json {
  if (format === undefined || format === null || format === '') return {};
  if (format === 'json') return { response_format: { type: 'json_object' } };
  if (!isObject(format)) throw new InvalidArgumentError('format', "must be 'json' or a JSON Schema");
  return {
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format, strict: true } },
  };
}

function optionsOf(options: unknown): Json {
  if (!isObject(options)) return {};
  const known = Object.entries(OPTIONS).filter(([name]) => options[name] !== undefined);
  return Object.fromEntries(known.map(([name, member]) => [member, options[name]]));
}
