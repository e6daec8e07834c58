/** Cuts a whole chat completion into the chunks that a model would have streamed. Pure. */
import { isObject } from '@nomyo/base';
import type { ChatCompletion, FinishReason, Logprobs } from '../chat/response-types.js';
import type { ChatCompletionChunk, ChunkChoice, ChunkDelta, ToolCallDelta } from './chunk-types.js';
import { pieces } from './pieces.js';

type Members = Readonly<Record<string, unknown>>;

/** The members of a message that are split into chunks; its other members go into the first chunk. */
const STREAMED: readonly string[] = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls'];

/** The members of a choice that are split into chunks; its other members go into the last chunk. */
const OF_A_CHOICE: readonly string[] = ['index', 'message', 'finish_reason', 'logprobs'];

/**
 * Cuts a completion into chunks. For each answer: its role, the reasoning, the text in words, whole tool calls, the
 * finish reason; then the usage, if it is requested. Everything in the completion is in one of the chunks.
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

/** Members that are in every chunk. */
function headOf({ system_fingerprint, service_tier }: Omit<ChatCompletion, 'choices' | '_metadata'>): {
  system_fingerprint?: string | null;
  service_tier?: string | null;
} {
  return {
    ...(system_fingerprint === undefined ? {} : { system_fingerprint }),
    ...(service_tier === undefined ? {} : { service_tier }),
  };
}

/** @param choice as the service sent it, unchecked */
function* choiceChunks(choice: unknown, position: number): Generator<ChunkChoice> {
  const members: Members = isObject(choice) ? choice : {};
  const message: Members = isObject(members['message']) ? members['message'] : {};
  const index = typeof members['index'] === 'number' ? members['index'] : position;
  let logprobs = logprobsOf(members['logprobs']);
  for (const delta of deltas(message)) {
    // Probabilities are sent once, with the text, because readers add up those of all chunks.
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

/** A text, or the texts of all parts of this type: some servers send an array of parts. */
function partsOf(content: unknown, type: 'text' | 'refusal'): string {
  if (typeof content === 'string') return type === 'text' ? content : '';
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && part['type'] === type ? part[type] : ''))
    .filter((text): text is string => typeof text === 'string')
    .join('');
}

/** Tool calls are not split, so that a library that expects the name in each chunk gets it. */
function toolCallsOf(calls: unknown): readonly ToolCallDelta[] {
  return Array.isArray(calls) ? calls.filter(isObject).map((call, index) => ({ ...call, index })) : [];
}

/** The finish reason. A whole answer always has one, even if the server names none. */
function finishReasonOf(reason: unknown, message: Members): FinishReason {
  if (isFinishReason(reason)) return reason;
  return toolCallsOf(message['tool_calls']).length > 0 ? 'tool_calls' : 'stop';
}

/** Accepts any text: servers have reasons of their own, and libraries pass them on. */
function isFinishReason(reason: unknown): reason is FinishReason {
  return typeof reason === 'string' && reason !== '';
}

function logprobsOf(logprobs: unknown): Logprobs | null {
  return isLogprobs(logprobs) ? logprobs : null;
}

/** Checks no deeper than this: everything else in an answer is passed on as the service sent it. */
function isLogprobs(logprobs: unknown): logprobs is Logprobs {
  return isObject(logprobs);
}
