import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readParts, writePart } from '../src/part.js';
import { renderReport } from '../src/report/markdown.js';
import { renderGoals, writeReport } from '../src/report/write.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';
import { MACHINE, partOf } from './support.js';

const part = partOf('cpu', { 'cpu-1k': summarize([1, 1.02, 1.2]) });
const parts = new Map([['cpu', part]]);

describe('the report', () => {
  const report = renderReport(ROWS, parts, MACHINE);

  it('gives median and spread, judges them, and names what was not measured', () => {
    expect(report).toMatch(
      /create\(\) of 1 KB +\| hand-written +\| ≤ 1\.05 x +\| 1\.02 x \(1\.01 … 1\.11\) +\| met/,
    );
    expect(report).toMatch(/RSS after 100,000 calls.*not measured/);
    expect(report).toContain('A CPU');
  });

  it('divides variants by the last one', () => {
    expect(report).toMatch(/nomyo\\\|js +\| 3 \(2\.5 … 3\.5\) +\| 2\.00 x \(2\.00 … 2\.00\)/);
  });

  it('has no table wider than 120 columns', () => {
    expect(report.split('\n').filter((line) => line.startsWith('|') && line.length > 120)).toEqual([]);
  });

  it('says so when a part comes from another machine', () => {
    expect(renderReport(ROWS, parts, { ...MACHINE, CPU: 'Another' })).toContain('another machine: A CPU.');
  });

  it('gives the reason for a skipped row', () => {
    const skipped = new Map([['cpu', { ...part, skipped: 'no addon here' }]]);
    expect(renderReport(ROWS, skipped, MACHINE)).toContain('Not measured: no addon here');
  });

  it('has a plot of all figures, as parts of their goals', async () => {
    const svg = await renderGoals(ROWS, parts);
    expect(svg).toContain('>cpu-1k</text>');
    expect(svg).toContain('>0.97</text>');
    expect(svg).not.toContain('NaN');
  });
});

describe('files', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nomyo-bench-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('a part is read back as written', () => {
    writePart(dir, part);
    expect(readParts(dir, ROWS)).toEqual(parts);
  });

  it('the plots shown in the report exist', async () => {
    await writeReport(join(dir, 'R.md'), ROWS, parts);
    const shown = [...readFileSync(join(dir, 'R.md'), 'utf8').matchAll(/\(plots\/([^)]+)\)/g)];
    expect(shown.map(([, name]) => name)).toEqual(readdirSync(join(dir, 'plots')));
  });
});
