/** What a soak has shown, as charts and as a verdict. Pure. */
import { textChart } from '../common/chart.js';
import { megabytes } from '../common/resources.js';
import { count } from '../common/table.js';
import { growthOf, judgeFlatness, steadyPart, type Sample } from './flatness.js';
import type { SoakReport } from './run.js';

const MEMORY = ['rss', 'heapUsed', 'arrayBuffers'] as const;

/** One line on the way. */
export function describeSample({ requests, resources }: Sample): string {
  const memory = MEMORY.map((name) => `${name} ${megabytes(resources[name])}`).join(', ');
  return `${count(requests).padStart(11)}  ${memory}, ${String(handlesOf({ requests, resources }))} handles`;
}

/** Charts and lines for the terminal. */
export function describeSoak({ samples, requests, elapsedMs }: SoakReport): string {
  const charts = (['rss', 'heapUsed'] as const).map((name) => {
    const values = samples.map(({ resources }) => resources[name]);
    return `${name}, from the first call to the last\n${textChart(values, megabytes)}`;
  });
  const handles = textChart(samples.map(handlesOf), String, { columns: 72, rows: 3 });
  const steady = steadyPart(samples);
  const growth = MEMORY.map((name) => {
    const points = steady.map((sample) => [sample.requests, sample.resources[name]] as const);
    return `${name} ${megabytes(growthOf(points))}`;
  });
  return [
    ...charts,
    `handles, from the first call to the last\n${handles}`,
    `over the last three quarters, by the line of least squares: ${growth.join(', ')}`,
    `${count(requests)} calls, ${count(Math.round((requests / elapsedMs) * 1000))} a second`,
  ].join('\n\n');
}

/** What is wrong with a run, in sentences; empty when nothing is. @param wanted calls */
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
