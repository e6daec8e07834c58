/** The results of a soak, as a table and as a verdict. Pure. */
import { megabytes } from '../common/resources.js';
import { count, textTable } from '../common/table.js';
import { growthOf, judgeFlatness, steadyPart, type Sample } from './flatness.js';
import type { SoakReport } from './run.js';

const MEMORY = ['rss', 'heapUsed', 'arrayBuffers'] as const;

/** One line on the way. */
export function describeSample({ requests, resources }: Sample): string {
  const memory = MEMORY.map((name) => `${name} ${megabytes(resources[name])}`).join(', ');
  return `${count(requests).padStart(11)}  ${memory}, ${String(handlesOf({ requests, resources }))} handles`;
}

/** Lines of the table: enough to see a slope. */
const LINES = 12;

/** A table and lines for the terminal. */
export function describeSoak({ samples, requests, elapsedMs }: SoakReport): string {
  const steady = steadyPart(samples);
  const growth = MEMORY.map((name) => {
    const points = steady.map((sample) => [sample.requests, sample.resources[name]] as const);
    return `${name} ${megabytes(growthOf(points))}`;
  });
  return [
    textTable(['calls', 'rss', 'heapUsed', 'handles'], spread(samples).map(cellsOf)),
    `over the last three quarters, by the line of least squares: ${growth.join(', ')}`,
    `${count(requests)} calls, ${count(Math.round((requests / elapsedMs) * 1000))} a second`,
  ].join('\n\n');
}

/** The first sample, the last one, and some in equal steps between them. */
function spread(samples: readonly Sample[]): readonly Sample[] {
  const last = samples.length - 1;
  const chosen = Array.from({ length: LINES }, (_, line) => Math.round((line * last) / (LINES - 1)));
  return samples.filter((_, i) => chosen.includes(i));
}

function cellsOf(sample: Sample): string[] {
  const { requests, resources } = sample;
  const memory = [resources.rss, resources.heapUsed].map(megabytes);
  return [count(requests), ...memory, String(handlesOf(sample))];
}

/** The faults of a run, in sentences; empty when there are none. @param wanted calls */
export function judgeSoak({ samples, requests, wrongAnswers }: SoakReport, wanted: number): string[] {
  return [
    ...judgeFlatness(samples),
    ...(wrongAnswers > 0 ? [`${String(wrongAnswers)} answers were not the ones to their questions`] : []),
    ...(requests < wanted ? [`only ${count(requests)} calls of ${count(wanted)} in the time allowed`] : []),
  ];
}

function handlesOf({ resources }: Sample): number {
  return Object.values(resources.handles).reduce((sum, number) => sum + number, 0);
}
