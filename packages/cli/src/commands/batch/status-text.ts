/** The text of `nomyo batch status`. Pure. */
import { duration } from '../../io/duration.js';
import { visible } from '../../io/visible.js';
import type { WorkerFacts } from '../../batch/fleet/registry.js';

/** A line that the workers gave up. */
export interface DeadLetter {
  /** Of the job; whose line it is, its submitter alone knows. */
  readonly id: string;
  readonly reason: string;
  /** Unix ms. */
  readonly at: number;
  /** How often workers began it. */
  readonly starts: number;
}

/** One group of workers. */
export interface GroupFacts {
  readonly key: string;
  readonly waiting: number;
  readonly running: number;
  /** Results that no submitter has collected. */
  readonly uncollected: number;
  readonly dead: number;
  readonly deadLetters: readonly DeadLetter[];
  readonly workers: readonly WorkerFacts[];
}

const MINUTE_MS = 60_000;

/** One block for each group of workers. */
export function statusText(groups: readonly GroupFacts[], now: number): string {
  if (groups.length === 0) return 'No worker has ever announced itself there.';
  return groups.map((group) => groupText(group, now)).join('\n\n');
}

function groupText(group: GroupFacts, now: number): string {
  const { key, waiting, running, uncollected, dead, deadLetters, workers } = group;
  return [
    `workers with the key ${visible(key)}`,
    `  waiting ${String(waiting)}, running ${String(running)}, not collected ${String(uncollected)}, given up ${String(dead)}`,
    ...(workers.length === 0 ? ['  no worker is there'] : workers.map((worker) => workerText(worker, now))),
    ...deadLetters.map((letter) => deadText(letter, now)),
  ].join('\n');
}

type Worker = GroupFacts['workers'][number];

function workerText(
  { id, running, concurrency, answered, failed, rate, startedAt }: Worker,
  now: number,
): string {
  const minutes = Math.max(1, (now - startedAt) / MINUTE_MS);
  const pace = ((answered + failed) / minutes).toFixed(1);
  const limit = rate === null ? '' : `, --rate ${String(rate)}`;
  return `  ${visible(id)}  ${String(running)} of ${String(concurrency)} running, ${String(answered)} answered, ${String(failed)} failed, ${pace} a minute${limit}`;
}

function deadText({ id, reason, at, starts }: DeadLetter, now: number): string {
  const age = duration(now - at);
  return `  given up ${age} ago  ${visible(id)}  ${visible(reason)}, begun ${String(starts)} times`;
}
