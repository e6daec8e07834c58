// take-turns.mjs DIRECTORY ROUNDS: takes the lock of a directory again and again, and prints how often another process had
// it at the same time, and whether hard links can be made.
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory } from '@nomyo/keystore';

const [, , directory, rounds] = process.argv;
const mark = join(directory, 'mark');
let overlaps = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const lease = await lockDirectory(directory);
  try {
    await (await open(mark, 'wx')).close();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await unlink(mark);
  } catch {
    overlaps += 1;
  }
  await lease.release();
}
const links = await link(process.argv[1], join(directory, `link-${String(process.pid)}`)).then(
  () => true,
  () => false,
);
console.log(JSON.stringify({ overlaps, links }));
