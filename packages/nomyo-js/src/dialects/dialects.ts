/** The dialects that the adapter speaks: what their errors look like, and where the rest of them is. */
import { loadPart } from '../load-part.js';
import { chatCompletions } from './chat-completions.js';
import type { Dialect, FailureText, Members } from './dialect.js';

/** The shape of errors in OpenAI's APIs. */
function openAIError({ message, type, code, param }: FailureText): object {
  return { error: { message, type, code, param } };
}

/** Types of Anthropic's errors that have another name than in OpenAI's API. */
const ERROR_TYPES: Readonly<Record<number, string>> = { 413: 'request_too_large', 503: 'overloaded_error' };

/** The shape of errors in Anthropic's API. */
function anthropicError({ status, type, message, code }: FailureText): Members {
  return { type: 'error', error: { type: ERROR_TYPES[status] ?? type, message, code } };
}

/** Part of every page: most calls are in this dialect. */
export const CHAT_COMPLETIONS: Dialect = { translator: () => chatCompletions, errorBody: openAIError };

/** OpenAI's Responses API. */
export const RESPONSES: Dialect = {
  translator: async () => (await loadPart(() => import('./responses/responses.js'))).responses,
  errorBody: openAIError,
};

/** Anthropic's Messages API. */
export const MESSAGES: Dialect = {
  translator: async () => (await loadPart(() => import('./messages/messages.js'))).messages,
  errorBody: anthropicError,
};
