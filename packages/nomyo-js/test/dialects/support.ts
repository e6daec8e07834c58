/** Runs a dialect without a router: a request in, and what a model would say out. */
import type { ChatCompletion } from '../../src/index.js';
import type { Members, Translator } from '../../src/dialects/dialect.js';
import { synthesize } from '../../src/stream/synthesize.js';
import type { Json } from '../fetch/support.js';

/** An event, parsed. */
export interface Event {
  readonly event: string | undefined;
  readonly data: Json;
}

/** The events of a completion, as the dialect writes them. */
export function streamed(dialect: Translator, body: Members, completion: Json): Event[] {
  const writer = dialect.read(body).writer();
  const chunks = [...synthesize(completion as unknown as ChatCompletion, { includeUsage: true })];
  return [...chunks.flatMap((chunk) => writer.write(chunk)), ...writer.end()].map(({ event, data }) => ({
    event,
    data: JSON.parse(data) as Json,
  }));
}

export function answered(dialect: Translator, body: Members, completion: Json): Json {
  return dialect.read(body).answer(completion as unknown as ChatCompletion) as Json;
}
