/** Sets of lines as runs: what a journal says about many lines in few words. Pure. */
import type { Runs } from './record.js';

/** The lines that have a property, as first and last of each run. */
export function runsOf(size: number, has: (index: number) => boolean): Runs {
  const runs: [number, number][] = [];
  for (let index = 0; index < size; index += 1) {
    if (!has(index)) continue;
    const last = runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

/** @returns whether a line is in one of the runs; to be asked in rising order */
export function inRuns(runs: Runs): (index: number) => boolean {
  let at = 0;
  return (index) => {
    while (at < runs.length && (runs[at]?.[1] ?? 0) < index) at += 1;
    const [first, last] = runs[at] ?? [Number.POSITIVE_INFINITY, 0];
    return index >= first && index <= last;
  };
}
