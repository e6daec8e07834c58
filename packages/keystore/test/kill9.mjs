// pnpm stress:kill9 [KILLS [SEED]]: the long run of test/support/kill9.mjs, 1,000 kills unless told otherwise.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAtRandom } from './support/kill9.mjs';
import { seeded } from './support/random.mjs';

const MAX_KILLS = 100_000;
const [kills = 1_000, seed = Date.now() % 2 ** 31] = process.argv
  .slice(2)
  .filter((word) => word !== '--')
  .map(Number);
if (!(kills >= 1 && kills <= MAX_KILLS)) throw new RangeError(`KILLS must be from 1 to ${String(MAX_KILLS)}`);

const directory = await mkdtemp(join(tmpdir(), 'nomyo-kill9-'));
const started = performance.now();
const onKill = (done) => process.stderr.write(`\r${String(done)}/${String(kills)} `);
console.log(`kill -9: ${String(kills)} kills, seed ${String(seed)}`);
try {
  const summary = await killAtRandom({ directory, kills, random: seeded(seed), onKill });
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  process.stderr.write('\r');
  console.log(`survived ${String(summary.kills)} kills in ${seconds} s`);
  console.log(`  of an empty directory        ${String(summary.fresh)}`);
  console.log(`  of two processes at once     ${String(summary.twins)}`);
  console.log(`  while keys were generated    ${String(summary.generating)}`);
  console.log(`  that left something to tidy  ${String(summary.leftovers)}`);
  console.log(`  different pairs seen         ${String(summary.pairs)}`);
  console.log(`  failures                     ${String(summary.failures.length)}`);
  for (const failure of summary.failures) console.log(`    ${failure}`);
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
