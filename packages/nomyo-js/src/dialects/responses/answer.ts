/** Converts a chat completion to an answer of the Responses API. */
import { isObject } from '@nomyo/base';
import type { Usage } from '../../chat/response-types.js';
import type { Members } from '../dialect.js';
import type { AnswerFacts, Part, WholePart } from '../parts.js';

/** An item of the output. */
export type Item = Members & { readonly id: string; readonly type: string };

/** The answer with these items. Its `status` is `in_progress` until it is complete. */
export function responseOf(
  body: Members,
  facts: AnswerFacts,
  output: readonly Item[],
  isOver: boolean,
): Members {
  return {
    id: `resp_${facts.id}`,
    object: 'response',
    created_at: facts.created,
    model: facts.model,
    status: isOver ? statusOf(facts) : 'in_progress',
    error: null,
    incomplete_details: isOver ? incompleteDetails(facts) : null,
    output,
    ...(isOver ? { output_text: outputText(output) } : {}),
    usage: isOver && facts.usage !== undefined ? usageOf(facts.usage) : null,
    ...echo(body),
  };
}

/** Members of the request, for libraries that look them up in the answer. */
function echo(body: Members): Members {
  return {
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: body['reasoning'] ?? { effort: null, summary: null },
    store: false,
    temperature: body['temperature'] ?? null,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? null,
    truncation: 'disabled',
    background: false,
  };
}

function incompleteDetails({ finishReason }: AnswerFacts): Members | null {
  if (finishReason === 'length') return { reason: 'max_output_tokens' };
  return finishReason === 'content_filter' ? { reason: 'content_filter' } : null;
}

/** `incomplete` when the model was cut short. */
export function statusOf(facts: AnswerFacts): 'completed' | 'incomplete' {
  return incompleteDetails(facts) === null ? 'completed' : 'incomplete';
}

function usageOf(usage: Usage): Members {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}

function outputText(output: readonly Item[]): string {
  return output
    .flatMap(({ content }): readonly unknown[] => (Array.isArray(content) ? content : []))
    .map((part) => (isObject(part) && part['type'] === 'output_text' ? part['text'] : ''))
    .filter((text) => typeof text === 'string')
    .join('');
}

/** By the type of a part: the type of the item that holds it, and the prefix of the item's id. */
export const ITEM_OF = {
  reasoning: { type: 'reasoning', prefix: 'rs' },
  text: { type: 'message', prefix: 'msg' },
  refusal: { type: 'message', prefix: 'msg' },
  call: { type: 'function_call', prefix: 'fc' },
} as const;

/** @param position index in the output */
export function itemId(facts: AnswerFacts, part: Part, position: number): string {
  return `${ITEM_OF[part.type].prefix}_${facts.id}_${String(position)}`;
}

/** The content of an item, or of a part of it. */
export function contentOf({ part, text }: WholePart, facts: AnswerFacts): Members {
  switch (part.type) {
    case 'reasoning':
      return { type: 'reasoning_text', text };
    case 'text':
      return { type: 'output_text', text, annotations: [], logprobs: facts.logprobs };
    case 'refusal':
      return { type: 'refusal', refusal: text };
    case 'call':
      return { call_id: part.id, name: part.name, arguments: text };
  }
}

/** An item with these parts; only a message can have several. */
export function itemOf(id: string, parts: readonly WholePart[], facts: AnswerFacts, status: string): Item {
  const content = parts.map((part) => contentOf(part, facts));
  const type = ITEM_OF[parts[0]?.part.type ?? 'text'].type;
  if (type === 'function_call') return { id, type, status, ...content[0] };
  if (type === 'reasoning') return { id, type, summary: [], content };
  return { id, type, status, role: 'assistant', content };
}
