// Regions one after the other, used and released, without a look at the garbage collector.
// argv: COUNTxBYTES …
import { readFileSync } from 'node:fs';

import { addon } from '../support/addon.mjs';

const { SecureRegion } = addon;

function run(count, length) {
  let unlocked = 0;
  for (let i = 0; i < count; i++) {
    const region = SecureRegion.allocate(length);
    if (!region.locked) unlocked++;
    region.view().fill(7);
    region.release();
  }
  return unlocked;
}

const runs = process.argv.slice(2).map((run) => run.split('x').map(Number));
const unlocked = Object.fromEntries(runs.map(([count, length]) => [length, run(count, length)]));
const status = readFileSync('/proc/self/status', 'utf8');
const mappings = readFileSync('/proc/self/maps', 'utf8').split('\n').length;
const { limitBytes, totalUnlockedRegions, lockedBytes } = addon.info();
const uid = process.getuid();
const vmLck = Number(/VmLck:\s+(\d+) kB/.exec(status)[1]) * 1024;
console.log(
  JSON.stringify({ uid, limitBytes, unlocked, totalUnlockedRegions, lockedBytes, vmLck, mappings }),
);
