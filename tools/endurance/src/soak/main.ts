/**
 * `pnpm test:soak`: one client that is asked hundreds of thousands of times. Memory and handles must be flat over the
 * last three quarters. RSA keys of 2048 bits, for more calls in less time.
 */
import { textChart } from '../common/chart.js';
import { expectEnd } from '../common/exit.js';
import { readFlags } from '../common/flags.js';
import { megabytes } from '../common/resources.js';
import { count, duration, markdownRow, provenance } from '../common/table.js';
import { growthOf, judgeFlatness } from './flatness.js';
import { runSoak, type SoakReport } from './run.js';

const FLAGS = {
  requests: { default: 200_000, min: 8, max: 1_000_000_000, help: 'calls in all' },
  concurrency: { default: 16, min: 1, max: 1000, help: 'calls at once' },
  samples: { default: 144, min: 8, max: 10_000, help: 'looks at the process' },
  minutes: { default: 120, min: 1, max: 100_000, help: 'the run ends after this, however far it has come' },
} as const;

/** Lines of progress in a run. */
const PROGRESS_LINES = 12;

const flags = readFlags(FLAGS, process.argv.slice(2));
console.log(`soak: ${String(flags.requests)} calls, ${String(flags.concurrency)} at once`);
let seen = 0;
const report = await runSoak({
  ...flags,
  progress: ({ requests, resources }) => {
    seen += 1;
    if (seen % Math.ceil(flags.samples / PROGRESS_LINES) !== 0) return;
    const memory = `rss ${megabytes(resources.rss)}, heap ${megabytes(resources.heapUsed)}`;
    console.log(`${count(requests).padStart(11)}  ${memory}  ${JSON.stringify(resources.handles)}`);
  },
});
printCharts(report);
const failures = judgeSoak(report);
for (const failure of failures) console.log(`FAILED  ${failure}`);
console.log(`\n${failures.length === 0 ? 'passed' : 'FAILED'} in ${duration(report.elapsedMs)}`);
console.log(row(report));
process.exitCode = failures.length === 0 ? 0 : 1;
expectEnd(5000);

function printCharts({ samples }: SoakReport): void {
  for (const name of ['rss', 'heapUsed'] as const) {
    console.log(`\n${name}, from the first call to the last`);
    console.log(textChart(samples.map(({ resources }) => resources[name]), megabytes));
  }
  console.log('\nhandles, from the first call to the last');
  const handles = samples.map(({ resources }) => Object.values(resources.handles).reduce((a, b) => a + b, 0));
  console.log(textChart(handles, String, { columns: 72, rows: 3 }));
}

function judgeSoak({ samples, requests, wrongAnswers }: SoakReport): string[] {
  return [
    ...judgeFlatness(samples),
    ...(wrongAnswers > 0 ? [`${String(wrongAnswers)} answers were not the ones to their questions`] : []),
    ...(requests < flags.requests ? [`only ${count(requests)} calls in ${String(flags.minutes)} minutes`] : []),
  ];
}

function row({ samples, requests, elapsedMs }: SoakReport): string {
  const steady = samples.slice(Math.floor(samples.length / 4));
  const grown = (name: 'rss' | 'heapUsed'): string =>
    megabytes(growthOf(steady.map((sample) => [sample.requests, sample.resources[name]])));
  return markdownRow([
    'soak',
    provenance(new Date()),
    '-',
    `${count(requests)} calls, ${String(flags.concurrency)} at once`,
    `all answered; over the last three quarters rss ${grown('rss')}, heap ${grown('heapUsed')}`,
    `${count((requests / elapsedMs) * 1000)} calls a second`,
    `${count(failures.length)} findings`,
    duration(elapsedMs),
  ]);
}
