/** A chat completion, whole or as a stream, as Ollama's `/api/chat` gives it. Pure, but for the clock. */
import { isObject } from '@nomyo/base';

type Json = Readonly<Record<string, unknown>>;

const NANOSECONDS = 1_000_000;
const DONE = '[DONE]';

/** The members common to every line. */
interface Frame {
  readonly model: string;
  /** Unix ms. */
  readonly startedAt: number;
}

/** The whole answer as one object. */
export function answerOf(completion: Json, frame: Frame): Json {
  const choice = firstChoice(completion);
  const message = isObject(choice['message']) ? choice['message'] : {};
  return { ...line(frame, messageOf(message)), ...end(choice['finish_reason'], completion['usage'], frame) };
}

/** Turns the server-sent events of a chat completion into lines of JSON, one complete event at a time. */
export class OllamaLines {
  readonly #frame: Frame;
  #rest = '';
  #reason: unknown;
  #usage: unknown;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** @returns lines, each with its line feed */
  push(text: string): string {
    const events = (this.#rest + text).split('\n\n');
    this.#rest = events.pop() ?? '';
    return events.map((event) => this.#lineOf(event)).join('');
  }

  #lineOf(event: string): string {
    const data = event.startsWith('data: ') ? event.slice('data: '.length) : '';
    if (data === '') return '';
    if (data === DONE) return this.#last();
    const chunk: unknown = JSON.parse(data);
    if (!isObject(chunk)) return '';
    if (isObject(chunk['error'])) return `${JSON.stringify({ error: String(chunk['error']['message']) })}\n`;
    this.#usage = chunk['usage'] ?? this.#usage;
    const choice = firstChoice(chunk);
    this.#reason = choice['finish_reason'] ?? this.#reason;
    const message = messageOf(isObject(choice['delta']) ? choice['delta'] : {});
    const isEmpty = message['content'] === '' && Object.keys(message).length === EMPTY_MEMBERS;
    return isEmpty ? '' : `${JSON.stringify({ ...line(this.#frame, message), done: false })}\n`;
  }

  #last(): string {
    const last = { ...line(this.#frame, messageOf({})), ...end(this.#reason, this.#usage, this.#frame) };
    return `${JSON.stringify(last)}\n`;
  }
}

/** `role` and `content`. */
const EMPTY_MEMBERS = 2;

function firstChoice(completion: Json): Json {
  const choices = completion['choices'];
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isObject(first) ? first : {};
}

function messageOf({ content, refusal, reasoning_content: thinking, tool_calls: calls }: Json): Json {
  return {
    role: 'assistant',
    content: textOf(content) + textOf(refusal),
    ...(textOf(thinking) === '' ? {} : { thinking }),
    ...(Array.isArray(calls) && calls.length > 0 ? { tool_calls: calls.map(toolCallOf) } : {}),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Ollama gives arguments as an object; text that is not valid JSON stays text. */
function toolCallOf(call: unknown): Json {
  const called = isObject(call) && isObject(call['function']) ? call['function'] : {};
  return { function: { name: called['name'] ?? '', arguments: argumentsOf(called['arguments']) } };
}

function argumentsOf(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : {};
  } catch {
    return text;
  }
}

const line = ({ model }: Frame, message: Json): Json => ({
  model,
  created_at: new Date().toISOString(),
  message,
});

function end(reason: unknown, usage: unknown, { startedAt }: Frame): Json {
  const counts = isObject(usage) ? usage : {};
  const duration = (Date.now() - startedAt) * NANOSECONDS;
  return {
    done: true,
    done_reason: reason === 'length' ? 'length' : 'stop',
    total_duration: duration,
    load_duration: 0,
    prompt_eval_count: counts['prompt_tokens'] ?? 0,
    prompt_eval_duration: 0,
    eval_count: counts['completion_tokens'] ?? 0,
    eval_duration: duration,
  };
}
