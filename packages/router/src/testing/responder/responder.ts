/** Answers without a model: the same request gets the same answer, which says where it comes from. */
import { createHash } from 'node:crypto';
import { Refusal } from '../../v1/reply.js';
import type { Answerer } from '../protocol/completion.js';
import { isJsonObject, violation, type ChatRequest, type JsonObject } from '../protocol/payload.js';
import { sampleOf } from './sample.js';
import { summarize, type Summary } from './summary.js';
import { forcedToolCall } from './tool-call.js';

/** The limit of OpenAI's API. */
const MAX_CHOICES = 128;

/** A rule of thumb: no tokenizer is at work here. */
const CHARACTERS_PER_TOKEN = 4;

/** @throws {Refusal} 400 when `n` or `tool_choice` is wrong */
export const respond: Answerer = (request, json) => {
  const id = createHash('sha256').update(json).digest('hex').slice(0, 24);
  return Buffer.from(JSON.stringify(completionOf(request, id, Math.floor(Date.now() / 1000))), 'utf8');
};

/**
 * A whole `chat.completion`.
 *
 * @param created Unix seconds
 */
export function completionOf(request: ChatRequest, id: string, created: number): JsonObject {
  const summary = summarize(request);
  return assemble(request, answerOf(request, summary), { id, created, summary });
}

/** A message on its way into a completion. */
export interface ChosenAnswer {
  readonly message: JsonObject;
  readonly finish_reason: string;
}

/** Puts one answer, as often as `n` asks for it, into a `chat.completion`. */
export function assemble(
  request: ChatRequest,
  { message, finish_reason }: ChosenAnswer,
  { id, created, summary }: { readonly id: string; readonly created: number; readonly summary: Summary },
): JsonObject {
  const choices = Array.from({ length: choicesOf(request) }, (_, index) => ({
    index,
    message,
    finish_reason,
  }));
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created,
    model: request.model,
    choices,
    usage: usageOf(summary, JSON.stringify(choices).length),
  };
}

function answerOf(request: ChatRequest, summary: Summary): ChosenAnswer {
  const call = forcedToolCall(request);
  if (call === undefined) {
    return { message: { role: 'assistant', content: contentOf(request, summary) }, finish_reason: 'stop' };
  }
  return { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' };
}

function contentOf(request: ChatRequest, summary: Summary): string {
  const format = isJsonObject(request['response_format']) ? request['response_format'] : {};
  if (format['type'] === 'json_schema' && isJsonObject(format['json_schema'])) {
    return JSON.stringify(sampleOf(format['json_schema']['schema']) ?? {});
  }
  if (format['type'] === 'json_object') {
    return JSON.stringify({ responder: 'embedded, not a model', ...summary });
  }
  return [
    'This is the embedded responder of the local NOMYO test router, not a model.',
    `It got ${count(summary.messages, 'message')} with ${count(summary.characters, 'character')} of text${images(summary)}.`,
    summary.lastUserText === ''
      ? 'There was no text of a user.'
      : `The last user message was: ${summary.lastUserText}`,
  ].join(' ');
}

function images({ images }: Summary): string {
  return images === 0 ? '' : ` and ${count(images, 'image')}`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function choicesOf({ n = 1 }: ChatRequest): number {
  if (typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= MAX_CHOICES) return n;
  throw new Refusal(400, [violation('n', `must be an integer from 1 to ${String(MAX_CHOICES)}`)]);
}

function usageOf({ characters }: Summary, answerCharacters: number): JsonObject {
  const prompt_tokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const completion_tokens = Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
