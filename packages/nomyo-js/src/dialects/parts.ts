/** Groups the chunks of a chat completion into consecutive parts: thinking, text, refusal, calls. Pure. */
import { isObject, SecurityError } from '@nomyo/base';
import type { ChatCompletion, Logprobs, Usage } from '../chat/response-types.js';
import type { ChatCompletionChunk, ChunkDelta, ToolCallDelta } from '../stream/chunk-types.js';
import { synthesize } from '../stream/synthesize.js';

/** The type of a part. */
export type Part =
  | { readonly type: 'reasoning' | 'text' | 'refusal' }
  | { readonly type: 'call'; readonly id: string; readonly name: string };

/** A part begins, grows, or is complete. */
export type PartEvent =
  | { readonly step: 'start'; readonly part: Part }
  | { readonly step: 'delta'; readonly text: string }
  | { readonly step: 'stop' };

/** The facts of an answer besides its parts. */
export interface AnswerFacts {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly model: string;
  /** As stated by the service; `null` before the end. */
  readonly finishReason: string | null;
  /** A member of vLLM's choices: the stop sequence that ended the answer. */
  readonly stopSequence: string | null;
  readonly usage: Usage | undefined;
  readonly logprobs: NonNullable<Logprobs['content']>;
}

/** A part with all of its text. */
export interface WholePart {
  readonly part: Part;
  readonly text: string;
}

/** Reads the first of `n` answers; the other dialects have no more than one. */
export class PartReader {
  #facts: AnswerFacts = NOTHING;
  #open: string | undefined;
  readonly #seen = new Set<string>();

  /** The facts so far. */
  get facts(): AnswerFacts {
    return this.#facts;
  }

  /**
   * Reads a chunk.
   *
   * @throws {SecurityError} `INVALID_PLAINTEXT` when a call continues after another one began
   */
  *read(chunk: ChatCompletionChunk): Generator<PartEvent> {
    const { id, created, model, usage } = chunk;
    this.#facts = { ...this.#facts, id, created, model, usage: usage ?? this.#facts.usage };
    const choice = chunk.choices.find(({ index }) => index === 0);
    if (choice === undefined) return;
    yield* this.#texts(choice.delta);
    for (const call of choice.delta.tool_calls ?? []) yield* this.#call(call);
    this.#facts = {
      ...this.#facts,
      finishReason: choice.finish_reason ?? this.#facts.finishReason,
      stopSequence: stopSequenceOf(choice) ?? this.#facts.stopSequence,
      logprobs: [...this.#facts.logprobs, ...(choice.logprobs?.content ?? [])],
    };
  }

  /** Completes the last part. */
  *end(): Generator<PartEvent> {
    if (this.#open !== undefined) yield { step: 'stop' };
    this.#open = undefined;
  }

  *#texts({ reasoning_content, content, refusal }: ChunkDelta): Generator<PartEvent> {
    for (const [type, text] of [
      ['reasoning', reasoning_content],
      ['text', content],
      ['refusal', refusal],
    ] as const) {
      if (text === undefined || text === null || text === '') continue;
      if (this.#open !== type) yield* this.#start(type, { type });
      yield { step: 'delta', text };
    }
  }

  *#call({ index, id = '', function: called }: ToolCallDelta): Generator<PartEvent> {
    const key = `call ${String(index)}`;
    if (this.#open !== key) {
      if (this.#seen.has(key)) {
        throw new SecurityError('INVALID_PLAINTEXT', 'the chunks of two calls are mixed up');
      }
      yield* this.#start(key, { type: 'call', id, name: called?.name ?? '' });
    }
    const text = called?.arguments ?? '';
    if (text !== '') yield { step: 'delta', text };
  }

  *#start(key: string, part: Part): Generator<PartEvent> {
    yield* this.end();
    this.#open = key;
    this.#seen.add(key);
    yield { step: 'start', part };
  }
}

const NOTHING: AnswerFacts = {
  id: '',
  created: 0,
  model: '',
  finishReason: null,
  stopSequence: null,
  usage: undefined,
  logprobs: [],
};

function stopSequenceOf(choice: object): string | undefined {
  const reason = isObject(choice) ? choice['stop_reason'] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

/** The parts of a whole answer. */
export function wholeParts(completion: ChatCompletion): { parts: readonly WholePart[]; facts: AnswerFacts } {
  const reader = new PartReader();
  const parts: { part: Part; text: string }[] = [];
  for (const chunk of synthesize(completion, { includeUsage: true })) {
    for (const event of reader.read(chunk)) {
      if (event.step === 'start') parts.push({ part: event.part, text: '' });
      const last = parts.at(-1);
      if (event.step === 'delta' && last !== undefined) last.text += event.text;
    }
  }
  return { parts, facts: reader.facts };
}
