/** A chat completion as a message of Anthropic's API, whole or as events. */
import { isObject } from '@nomyo/base';
import { APIError } from '@nomyo/transport';
import type { ChatCompletion } from '../../chat/response-types.js';
import type { ChatCompletionChunk } from '../../stream/chunk-types.js';
import type { ServerSentEvent } from '../../stream/sse.js';
import type { EventWriter, FailureText, Members } from '../dialect.js';
import {
  PartReader,
  wholeParts,
  type AnswerFacts,
  type Part,
  type PartEvent,
  type WholePart,
} from '../parts.js';

const STOP_REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
};

/** @throws {APIError} 502 when the model called a tool with arguments that are not a JSON object */
export function messageOf(completion: ChatCompletion, stopSequences: unknown): Members {
  const { parts, facts } = wholeParts(completion);
  return {
    ...head(facts),
    content: parts.map(blockOf),
    ...stopOf(facts, parts, stopSequences),
    usage: usageOf(facts),
  };
}

function head({ id, model }: AnswerFacts): Members {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model };
}

function stopOf(
  { finishReason, stopSequence }: AnswerFacts,
  parts: readonly { readonly part: Part }[],
  stopSequences: unknown,
): Members {
  if (Array.isArray(stopSequences) && stopSequences.includes(stopSequence)) {
    return { stop_reason: 'stop_sequence', stop_sequence: stopSequence };
  }
  const isRefusal = parts.some(({ part }) => part.type === 'refusal');
  const reason = STOP_REASONS[finishReason ?? 'stop'] ?? 'end_turn';
  return { stop_reason: isRefusal ? 'refusal' : reason, stop_sequence: null };
}

function usageOf({ usage }: AnswerFacts): Members {
  return {
    input_tokens: usage?.prompt_tokens ?? 0,
    output_tokens: usage?.completion_tokens ?? 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  };
}

function blockOf({ part, text }: WholePart): Members {
  switch (part.type) {
    case 'reasoning':
      return { type: 'thinking', thinking: text, signature: '' };
    case 'text':
    case 'refusal':
      return { type: 'text', text, citations: null };
    case 'call':
      return { type: 'tool_use', id: part.id, name: part.name, input: inputOf(text) };
  }
}

function inputOf(text: string): Members {
  try {
    const input: unknown = JSON.parse(text === '' ? '{}' : text);
    if (isObject(input)) return input;
  } catch {
    // Treated like JSON that is not an object.
  }
  throw new APIError('the model called a tool with arguments that are not a JSON object: try again', {
    status: 502,
    headers: {},
    errorDetails: undefined,
    payloadId: undefined,
    retryAfter: undefined,
    possiblyExecuted: true,
  });
}

/** The delta of a growing block, by the type of its part. */
const DELTAS = {
  reasoning: { type: 'thinking_delta', member: 'thinking' },
  text: { type: 'text_delta', member: 'text' },
  refusal: { type: 'text_delta', member: 'text' },
  call: { type: 'input_json_delta', member: 'partial_json' },
} as const;

/** Writes the chunks of a chat completion as events. */
export class MessagesWriter implements EventWriter {
  readonly #stopSequences: unknown;
  readonly #reader = new PartReader();
  readonly #parts: { readonly part: Part }[] = [];
  #hasBegun = false;

  constructor(stopSequences: unknown) {
    this.#stopSequences = stopSequences;
  }

  write(chunk: ChatCompletionChunk): readonly ServerSentEvent[] {
    const parts = [...this.#reader.read(chunk)];
    return [...this.#begin(), ...parts.map((part) => this.#part(part))];
  }

  end(): readonly ServerSentEvent[] {
    const { facts } = this.#reader;
    return [
      ...this.#begin(),
      ...[...this.#reader.end()].map((part) => this.#part(part)),
      eventOf('message_delta', {
        delta: stopOf(facts, this.#parts, this.#stopSequences),
        usage: usageOf(facts),
      }),
      eventOf('message_stop', {}),
    ];
  }

  fail(_failure: FailureText, body: object): ServerSentEvent {
    return { event: 'error', data: JSON.stringify(body) };
  }

  /** The first event. The number of tokens is only known at the end, and is in the last event but one. */
  #begin(): readonly ServerSentEvent[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    const none = { ...usageOf({ ...this.#reader.facts, usage: undefined }) };
    const message = {
      ...head(this.#reader.facts),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: none,
    };
    return [eventOf('message_start', { message })];
  }

  #part(event: PartEvent): ServerSentEvent {
    if (event.step === 'start') this.#parts.push({ part: event.part });
    const index = this.#parts.length - 1;
    const type = this.#parts.at(-1)?.part.type ?? 'text';
    switch (event.step) {
      case 'start':
        return eventOf('content_block_start', {
          index,
          content_block: blockOf({ part: event.part, text: '' }),
        });
      case 'delta':
        return eventOf('content_block_delta', {
          index,
          delta: { type: DELTAS[type].type, [DELTAS[type].member]: event.text },
        });
      case 'stop':
        return eventOf('content_block_stop', { index });
    }
  }
}

function eventOf(type: string, members: Members): ServerSentEvent {
  return { event: type, data: JSON.stringify({ type, ...members }) };
}
