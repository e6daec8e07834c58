/** `--dry-run`: what a batch would be. Pure. */
import { durationLeft } from '../io/duration.js';
import type { BatchRequest } from './input/request.js';
import { BYTES_PER_TOKEN, tokenBound } from './input/tokens.js';

/** As `--json` prints it. */
export interface Counts {
  readonly requests: number;
  readonly urls: Readonly<Record<string, number>>;
  readonly models: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** An estimate, at four bytes a token. */
  readonly inputTokens: number;
  /** Of the answers whose length is bounded. */
  readonly maxOutputTokens: number;
  /** Requests whose answers are not. */
  readonly unbounded: number;
  /** At the rate of the run; `null` without one. */
  readonly atLeastSeconds: number | null;
}

/** So many models are told apart; a file with a model of its own for every line would fill the memory. */
const MAX_NAMES = 1000;

/** Counts the requests of an input. */
export class Tally {
  readonly #models = new Map<string, number>();
  readonly #urls = new Map<string, number>();
  #bytes = 0;
  #maxOutputTokens = 0;
  #unbounded = 0;
  #requests = 0;

  add(request: BatchRequest): void {
    this.#requests += 1;
    count(this.#models, String(request.body['model']));
    count(this.#urls, request.url);
    const bytes = Buffer.byteLength(JSON.stringify(request.body));
    const { output } = tokenBound(request, bytes);
    this.#bytes += bytes;
    if (output === undefined) this.#unbounded += 1;
    else this.#maxOutputTokens += output;
  }

  /** @param requestsPerSecond `undefined`: no limit */
  counts(requestsPerSecond: number | undefined): Counts {
    const requests = this.#requests;
    return {
      requests,
      urls: Object.fromEntries(this.#urls),
      models: Object.fromEntries(this.#models),
      bytes: this.#bytes,
      inputTokens: Math.ceil(this.#bytes / BYTES_PER_TOKEN),
      maxOutputTokens: this.#maxOutputTokens,
      unbounded: this.#unbounded,
      atLeastSeconds: requestsPerSecond === undefined ? null : requests / requestsPerSecond,
    };
  }
}

function count(names: Map<string, number>, name: string): void {
  const key = names.has(name) || names.size < MAX_NAMES ? name : 'others';
  names.set(key, (names.get(key) ?? 0) + 1);
}

/** The counts as a table for people. */
export function countsText(path: string, counts: Counts): string {
  const { requests, urls, models, inputTokens, maxOutputTokens, unbounded, atLeastSeconds } = counts;
  const rows = (names: Readonly<Record<string, number>>): string[] =>
    Object.entries(names).map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`);
  return [
    `${path}: ${String(requests)} requests; nothing was sent`,
    ...rows(urls),
    ...rows(models),
    `  prompts: about ${String(inputTokens)} tokens`,
    `  answers: at most ${String(maxOutputTokens)} tokens${unbounded === 0 ? '' : `, and ${String(unbounded)} of any length`}`,
    ...(atLeastSeconds === null ? [] : [`  time: at least ${durationLeft(atLeastSeconds)}`]),
  ].join('\n');
}
