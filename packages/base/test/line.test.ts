import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Line } from '../src/index.js';

const item = (name: string): { readonly name: string } => ({ name });

/**
 * Prints the most bytes in the old generation, beyond those at the start, while 200,000 items come and 64 are there at a
 * time: in a line, and in a `Set`. In a process of its own, as a test runner fills the old generation, too.
 */
const PROGRAM = `
import { getHeapSpaceStatistics } from 'node:v8';
import { Line } from '${new URL('../dist/node/index.js', import.meta.url).href}';

const json = JSON.stringify(Array.from({ length: 40 }, (_, index) => ({ index, more: 'x' })));
const oldSpace = () => getHeapSpaceStatistics().find((space) => space.space_name === 'old_space').space_used_size;

function most(join) {
  const leave = new Array(64);
  const before = oldSpace();
  let most = 0;
  for (let count = 0; count < 200_000; count += 1) {
    leave[count % 64]?.();
    leave[count % 64] = join(JSON.parse(json));
    if (count % 500 === 0) most = Math.max(most, oldSpace() - before);
  }
  return most;
}

const line = new Line();
const set = new Set();
const ofSet = (item) => (set.add(item), () => set.delete(item));
console.log(most((item) => line.join(item)), most(ofSet));
`;

describe('Line', () => {
  it('keeps the order in which items came, whichever of them leave', () => {
    const line = new Line<{ readonly name: string }>();
    const leave = ['a', 'b', 'c', 'd', 'e'].map((name) => line.join(item(name)));
    expect([2, 4, 0].map((index) => leave[index]?.()?.name)).toEqual(['c', 'e', 'a']);
    line.join(item('f'));
    const names = [line.shift(), line.shift(), line.shift(), line.shift()].map((left) => left?.name);
    expect(names).toEqual(['b', 'd', 'f', undefined]);
  });

  it('counts and lists those that are there', () => {
    const line = new Line<{ readonly name: string }>();
    expect([line.size, ...line]).toEqual([0]);
    const leave = ['a', 'b', 'c'].map((name) => line.join(item(name)));
    leave[1]?.();
    leave[1]?.();
    expect([line.size, Array.from(line, ({ name }) => name)]).toEqual([2, ['a', 'c']]);
    line.shift();
    line.shift();
    line.shift();
    expect([line.size, ...line]).toEqual([0]);
  });

  it('lets an item leave once', () => {
    const line = new Line<{ readonly name: string }>();
    const [leaveFirst, leaveSecond] = [line.join(item('a')), line.join(item('b'))];
    expect([leaveFirst()?.name, leaveFirst()]).toEqual(['a', undefined]);
    expect(line.shift()?.name).toBe('b');
    expect(leaveSecond()).toBeUndefined();
    expect(line.shift()).toBeUndefined();
  });

  it('holds on to nothing that has left, where a Set does', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM]);
    const [line = Infinity, set = 0] = stdout.split(' ').map(Number);
    expect(line).toBeLessThan(set / 10);
  });
});
