/**
 * `pnpm stress:batch`: `nomyo batch` as installed, killed a thousand times; a fleet whose workers, submitter and
 * Redis are killed; and a batch of 100,000 lines. Every line must be answered, in order, and none twice but those that
 * were under way.
 */
import { Flags } from '../common/flags.js';
import { provenance, runProgram } from '../common/program.js';
import { Random } from '../common/random.js';
import { killFleet } from './fleet.js';
import { runLarge } from './large.js';
import { Place } from './place.js';
import { killSingle } from './single.js';

const FLAGS = {
  kills: { default: 1_000, short: 3, min: 0, max: 1_000_000, help: 'kills of a run on one machine' },
  lines: { default: 100_000, short: 0, min: 0, max: 10_000_000, help: 'lines of a long batch' },
  jobs: { default: 2_000, short: 30, min: 0, max: 1_000_000, help: 'lines that a fleet answers' },
  workers: { default: 3, short: 2, min: 1, max: 100, help: 'workers of the fleet' },
  'fleet-kills': { default: 20, short: 3, min: 0, max: 10_000, help: 'kills in the fleet' },
} as const;

const ANSWER_MS = 20;

await runProgram(async () => {
  const flags = new Flags(FLAGS, process.argv.slice(2));
  const { seed } = flags;
  const [kills, lines, jobs] = [flags.number('kills'), flags.number('lines'), flags.number('jobs')];
  console.log(
    `batch: ${String(kills)} kills, ${String(jobs)} jobs, ${String(lines)} lines, --seed ${String(seed)}`,
  );
  console.log(`${provenance(new Date())}\n`);
  const size = { workers: flags.number('workers'), jobs, kills: flags.number('fleet-kills') };
  return [
    ...(await within(ANSWER_MS, (place) => killSingle(place, kills, new Random(seed, 'single')))),
    ...(jobs === 0
      ? []
      : await within(ANSWER_MS, (place) => killFleet(place, size, new Random(seed, 'fleet')))),
    ...(lines === 0 ? [] : await within(0, (place) => runLarge(place, lines))),
  ];
});

async function within(
  answerMs: number,
  task: (place: Place) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const place = await Place.open(answerMs);
  try {
    return await task(place);
  } finally {
    await place.close();
  }
}
