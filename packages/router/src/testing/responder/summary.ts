/** The embedded responder's reply to a request: counts, and the last words of the user. */
import type { ChatRequest, JsonObject } from '../protocol/payload.js';
import { isJsonObject } from '../protocol/payload.js';

/** A summary of the request. */
export interface Summary {
  readonly messages: number;
  /** Of all text in all messages, in UTF-16 code units. */
  readonly characters: number;
  readonly images: number;
  /** At most {@link QUOTE_CHARACTERS} of the last user message. */
  readonly lastUserText: string;
}

const QUOTE_CHARACTERS = 1000;

/** Counts what a request holds. */
export function summarize({ messages }: ChatRequest): Summary {
  const last = messages.findLast((message) => message['role'] === 'user');
  const parts = messages.flatMap(partsOf);
  return {
    messages: messages.length,
    characters: parts.reduce((sum, part) => sum + textOf(part).length, 0),
    images: parts.filter((part) => part['type'] === 'image_url').length,
    lastUserText: last === undefined ? '' : cut(partsOf(last).map(textOf).join('')),
  };
}

/** Content is a text, or a list of parts. */
function partsOf(message: JsonObject): readonly JsonObject[] {
  const content = message['content'];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function textOf(part: JsonObject): string {
  const text = part['text'];
  return typeof text === 'string' ? text : '';
}

function cut(text: string): string {
  return text.length <= QUOTE_CHARACTERS ? text : `${text.slice(0, QUOTE_CHARACTERS)}…`;
}
