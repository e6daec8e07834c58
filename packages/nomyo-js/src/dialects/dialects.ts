/** The dialects of the adapter, each with the loader of its translator. */
import { loadPart } from '../load-part.js';
import { chatCompletions } from './chat-completions.js';
import type { Dialect } from './dialect.js';

/** Chat completions. Part of every page, because most calls are in this dialect. */
export const CHAT_COMPLETIONS: Dialect = { translator: () => chatCompletions, errors: 'openai' };

/** OpenAI's Responses API. */
export const RESPONSES: Dialect = {
  translator: async () => (await loadPart(() => import('./responses/responses.js'))).responses,
  errors: 'openai',
};

/** Anthropic's Messages API. */
export const MESSAGES: Dialect = {
  translator: async () => (await loadPart(() => import('./messages/messages.js'))).messages,
  errors: 'anthropic',
};
