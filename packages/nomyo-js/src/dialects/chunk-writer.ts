/** Writes the stream of a chat completion. Loaded with the first stream. */
import type { EventWriter } from './dialect.js';

/** The last event. */
const DONE = { data: '[DONE]' } as const;

/** Writes chunks as they are. */
export const chunkWriter = (): EventWriter => ({
  write: (chunk) => [{ data: JSON.stringify(chunk) }],
  end: () => [DONE],
  fail: (_failure, body) => ({ data: JSON.stringify(body) }),
});
