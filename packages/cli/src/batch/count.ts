/** `--dry-run`: what a batch would be. Pure. */
import { durationLeft } from '../io/duration.js';
import type { CheckedInput } from './input/check.js';
import { BYTES_PER_TOKEN } from './input/tokens.js';

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

/** @param requestsPerSecond `undefined`: no limit */
export function countsOf(
  { models, urls, bodyBytes, maxOutputTokens, unbounded }: CheckedInput,
  requests: number,
  requestsPerSecond: number | undefined,
): Counts {
  return {
    requests,
    urls: Object.fromEntries(urls),
    models: Object.fromEntries(models),
    bytes: bodyBytes,
    inputTokens: Math.ceil(bodyBytes / BYTES_PER_TOKEN),
    maxOutputTokens,
    unbounded,
    atLeastSeconds: requestsPerSecond === undefined ? null : requests / requestsPerSecond,
  };
}

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
