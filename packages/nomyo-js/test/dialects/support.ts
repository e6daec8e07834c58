/** Runs a dialect without a router: a request in, and what a model would say out. */
import type { ChatCompletion } from '../../src/index.js';
import { chunkWriter } from '../../src/dialects/chunk-writer.js';
import type { EventWriter, Members, Translator } from '../../src/dialects/dialect.js';
import { synthesize } from '../../src/stream/synthesize.js';
import type { Json } from '../fetch/support.js';

/** An event, parsed. */
export interface Event {
  readonly event: string | undefined;
  readonly data: Json;
}

/** What writes the answer to a request. */
export function writerOf(dialect: Translator, body: Members): EventWriter {
  const { writer = chunkWriter } = dialect.read(body);
  return writer();
}

/** The events of a completion, as the dialect writes them. */
export function streamed(dialect: Translator, body: Members, completion: Json): Event[] {
  const writer = writerOf(dialect, body);
  const chunks = [...synthesize(completion as unknown as ChatCompletion, { includeUsage: true })];
  return [...chunks.flatMap((chunk) => writer.write(chunk)), ...writer.end()].map(({ event, data }) => ({
    event,
    data: JSON.parse(data) as Json,
  }));
}

export function answered(dialect: Translator, body: Members, completion: Json): Json {
  return dialect.read(body).answer(completion as unknown as ChatCompletion) as Json;
}
