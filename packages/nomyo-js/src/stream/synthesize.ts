/** A chat completion that came whole, as the chunks that a model would have streamed. Pure. */
import { isObject } from '@nomyo/base';
import type { ChatCompletion, FinishReason, Logprobs } from '../chat/response-types.js';
import type { ChatCompletionChunk, ChunkChoice, ChunkDelta, ToolCallDelta } from './chunk-types.js';
import { pieces } from './pieces.js';

type Members = Readonly<Record<string, unknown>>;

/** The members split into the chunks of a message; its other members go into the first one. */
const STREAMED: readonly string[] = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls'];

/** The members split into the chunks of an answer; its other members go into the last one. */
const OF_A_CHOICE: readonly string[] = ['index', 'message', 'finish_reason', 'logprobs'];

/**
 * For each answer: its role, the reasoning, the text in pieces of words, whole tool calls, the finish reason; then the
 * usage, if it was asked for. Everything that is in the completion is in one of the chunks.
 */
export function* synthesize(
  completion: ChatCompletion,
  { includeUsage = false }: { readonly includeUsage?: boolean } = {},
): Generator<ChatCompletionChunk> {
  const { choices, usage, _metadata, ...envelope } = completion;
  const first = { ...envelope, object: 'chat.completion.chunk' } as const;
  const { id, object, created, model } = first;
  const base = { ...headOf(envelope), id, object, created, model };
  let isFirst = true;
  for (const [position, choice] of choices.entries()) {
    for (const piece of choiceChunks(choice, position)) {
      yield { ...(isFirst ? first : base), choices: [piece] };
      isFirst = false;
    }
  }
  if (includeUsage && usage !== undefined) yield { ...base, choices: [], usage };
}

/** Members that stand in every chunk. */
function headOf({ system_fingerprint, service_tier }: Omit<ChatCompletion, 'choices' | '_metadata'>): {
  system_fingerprint?: string | null;
  service_tier?: string | null;
} {
  return {
    ...(system_fingerprint === undefined ? {} : { system_fingerprint }),
    ...(service_tier === undefined ? {} : { service_tier }),
  };
}

/** @param choice of which nothing is certain: it is the service's word */
function* choiceChunks(choice: unknown, position: number): Generator<ChunkChoice> {
  const members: Members = isObject(choice) ? choice : {};
  const message: Members = isObject(members['message']) ? members['message'] : {};
  const index = typeof members['index'] === 'number' ? members['index'] : position;
  let logprobs = logprobsOf(members['logprobs']);
  for (const delta of deltas(message)) {
    // They come once, with the text: readers add up what each chunk has.
    const isText = typeof delta.content === 'string' && delta.content !== '';
    yield { index, delta, logprobs: isText ? logprobs : null, finish_reason: null };
    if (isText) logprobs = null;
  }
  const others = Object.entries(members).filter(([name]) => !OF_A_CHOICE.includes(name));
  const finish_reason = finishReasonOf(members['finish_reason'], message);
  yield { ...Object.fromEntries(others), index, delta: {}, logprobs, finish_reason };
}

function* deltas(message: Members): Generator<ChunkDelta> {
  const others = Object.entries(message).filter(([name]) => !STREAMED.includes(name));
  const calls = toolCallsOf(message['tool_calls']);
  const text = partsOf(message['content'], 'text');
  const refusal = message['refusal'] ?? partsOf(message['content'], 'refusal');
  const content = text === '' && calls.length > 0 ? null : '';
  yield { ...Object.fromEntries(others), role: 'assistant', content };
  for (const piece of pieces(partsOf(message['reasoning_content'], 'text'))) {
    yield { reasoning_content: piece };
  }
  for (const piece of pieces(text)) yield { content: piece };
  for (const piece of pieces(partsOf(refusal, 'text'))) yield { refusal: piece };
  for (const call of calls) yield { tool_calls: [call] };
}

/** A text, or those of the parts of this type: some servers give an array of parts. */
function partsOf(content: unknown, type: 'text' | 'refusal'): string {
  if (typeof content === 'string') return type === 'text' ? content : '';
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && part['type'] === type ? part[type] : ''))
    .filter((text): text is string => typeof text === 'string')
    .join('');
}

/** Whole: a library that wants the name in each piece gets it. */
function toolCallsOf(calls: unknown): readonly ToolCallDelta[] {
  return Array.isArray(calls) ? calls.filter(isObject).map((call, index) => ({ ...call, index })) : [];
}

/** The answer is whole, so it has a reason to end even where the server names none. */
function finishReasonOf(reason: unknown, message: Members): FinishReason {
  if (isFinishReason(reason)) return reason;
  return toolCallsOf(message['tool_calls']).length > 0 ? 'tool_calls' : 'stop';
}

/** Any text: servers have reasons of their own, and libraries pass them on. */
function isFinishReason(reason: unknown): reason is FinishReason {
  return typeof reason === 'string' && reason !== '';
}

function logprobsOf(logprobs: unknown): Logprobs | null {
  return isLogprobs(logprobs) ? logprobs : null;
}

/** No deeper than this: what is in it is the service's word, as everywhere in an answer. */
function isLogprobs(logprobs: unknown): logprobs is Logprobs {
  return isObject(logprobs);
}
