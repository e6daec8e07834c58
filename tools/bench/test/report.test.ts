import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readPart, writePart } from '../src/part.js';
import { renderReport, renderTable } from '../src/report/markdown.js';
import { renderPlotSvg } from '../src/report/plots.js';
import { writeReport } from '../src/report/write.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';
import { MACHINE, partOf } from './support.js';

const part = partOf('cpu', [{ id: 'cpu-1k', summary: summarize([1, 1.02, 1.2]) }]);

describe('the report', () => {
  it('gives median and spread, judges them, and names what was not measured', () => {
    const report = renderReport(ROWS, new Map([['cpu', part]]), MACHINE);
    expect(report).toMatch(
      /create\(\) of 1 KB +\| hand-written client +\| at most 1\.05 x +\| 1\.02 x \(1\.01 x … 1\.11 x; 1\.00 x … 1\.20 x\) +\| met/,
    );
    expect(report).toMatch(/RSS after 100,000 calls.*not measured/);
    expect(report).toContain('A CPU');
  });

  it('says so when a part comes from another machine', () => {
    const report = renderReport(ROWS, new Map([['cpu', part]]), { ...MACHINE, cpu: 'Another' });
    expect(report).toContain('Measured on another machine: A CPU.');
  });

  it('gives the reason of a row that was left out', () => {
    const skipped = { ...part, result: { ...part.result, skipped: 'no addon here' } };
    expect(renderReport(ROWS, new Map([['cpu', skipped]]), MACHINE)).toContain('Not measured: no addon here');
  });

  it('keeps the columns of a table together', () => {
    expect(renderTable(['a', 'b'], [['1|2', 'x']])).toBe('| a    | b   |\n| ---- | --- |\n| 1\\|2 | x   |');
  });
});

describe('files', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nomyo-bench-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('a part comes back as it was written; a missing one is none', () => {
    writePart(dir, part);
    expect([readPart(dir, 'cpu'), readPart(dir, 'rss')]).toEqual([part, undefined]);
  });

  it('the plots that the report shows are there', async () => {
    await writeReport(join(dir, 'R.md'), ROWS, new Map([['cpu', part]]), MACHINE);
    const shown = [...readFileSync(join(dir, 'R.md'), 'utf8').matchAll(/\(plots\/([^)]+)\)/g)].map(
      ([, name]) => name,
    );
    expect(readdirSync(join(dir, 'plots'))).toEqual(shown);
  });
});

describe('plots', () => {
  const bar = { label: '<a> & "b"', value: 2, low: 1, high: 3 };

  it('show labels as text, with the values beside the bars', async () => {
    const svg = await renderPlotSvg({ kind: 'bars', name: 'x', title: 'T', unit: 'ms', bars: [bar] });
    expect(svg).toContain('&lt;a&gt; &amp; "b"');
    expect(svg).toMatch(/>2<\/text>/);
    expect(svg).not.toContain('NaN');
  });

  it('draw a part of a stack as wide as its share, in the order given', async () => {
    const bars = [{ label: 'one', values: [1, 3] }];
    const plot = { kind: 'stack', name: 'x', title: 'T', unit: 'ms', parts: ['q', 'p'], bars } as const;
    const svg = await renderPlotSvg(plot);
    const widths = [...svg.matchAll(/aria-label="[^"]*part: (\w)[^"]*"[^>]* d="M([\d.]+),[\d.]+h([\d.]+)/g)];
    expect(widths.map(([, part]) => part)).toEqual(['q', 'p']);
    expect(Number(widths[1]?.[3]) / Number(widths[0]?.[3])).toBeCloseTo(3, 1);
  });

  it('draw lines, with a legend where there are several', async () => {
    const lines = ['one', 'two'].map((label) => ({ label, points: [[0, 1] as const, [1, 2] as const] }));
    const plot = { kind: 'lines', name: 'x', title: 'T', xLabel: 'calls', yLabel: 'MiB', lines } as const;
    const svg = await renderPlotSvg(plot);
    for (const text of ['one', 'two', 'calls', 'MiB']) expect(svg).toContain(`>${text}</text>`);
  });
});
