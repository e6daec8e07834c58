import { describe, expect, it } from '@jest/globals';
import { circlesIn, duplicatesIn, measureFile, median } from '../rules/style.mjs';

const SOURCE = `import { a } from './a.js';
import type { B } from './b.js';
import { type C } from './c.js';
export { d } from './d.js';
import 'node:fs';

/** Documented. */
export function long(value: any): number {
  const inner = [1].map((n) => n + 1);
  return inner[0]!;
}

export const bare = 1; // eslint-disable-line
`;

describe('measureFile', () => {
  const measured = measureFile('x.ts', SOURCE);

  it('counts what a reviewer would count', () => {
    expect(measured).toMatchObject({ anys: 1, assertions: 1, disables: 1, exports: 2, documented: 1 });
    expect(measured.functions).toEqual([{ name: 'long', lines: 4 }]);
  });

  it('follows imports that exist at run time', () => {
    expect(measured.imports).toEqual(['./a.js', './d.js']);
  });
});

describe('circlesIn', () => {
  it('names a circle, but not a diamond', () => {
    const diamond = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', []],
    ]);
    expect(circlesIn(diamond)).toEqual([]);
    expect(
      circlesIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual([['b', 'c', 'b']]);
  });
});

describe('duplicatesIn', () => {
  const block = Array.from({ length: 6 }, (_, i) => `  call${i}();`).join('\n');

  it('finds six duplicate lines, whatever their indentation', () => {
    expect(
      duplicatesIn([
        ['a.ts', `x();\n${block}\n`],
        ['b.ts', block.replaceAll('  ', '\t')],
      ]),
    ).toEqual(['b.ts:1 as a.ts:2']);
  });

  it('ignores five lines, and imports', () => {
    const five = block.split('\n').slice(1).join('\n');
    const imports = Array.from({ length: 8 }, (_, i) => `import '${i}';`).join('\n');
    expect(
      duplicatesIn([
        ['a.ts', five],
        ['b.ts', five],
        ['c.ts', imports],
        ['d.ts', imports],
      ]),
    ).toEqual([]);
  });
});

it('takes the median of the sorted values', () => {
  expect([median([3, 1, 2]), median([])]).toEqual([2, 0]);
});
