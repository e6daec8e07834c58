import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { failureOf, readParts, writePart, type Part } from '../src/part.js';
import { renderReport } from '../src/report/markdown.js';
import { renderGoals, writeReport } from '../src/report/write.js';
import { compare } from '../src/row.js';
import { cpu } from '../src/rows/calls.js';
import { ROWS } from '../src/rows/index.js';
import { summarize } from '../src/stats.js';

const MACHINE = {
  ...{ CPU: 'A CPU', cores: '2', 'AVX-512 IFMA': 'no', memory: '8 GiB' },
  ...{ system: 'Linux 6', Node: '20.0.0', OpenSSL: '3.0.0' },
};

function measured(...samples: readonly number[]): Part {
  const tables = [compare('CPU, ms', { 'nomyo|js': [2, 4], other: [1, 2] })];
  const figures = { 'cpu-1k': summarize(samples) };
  const circumstances = { machine: MACHINE, startedAt: '2026-01-01T00:00:00.000Z', seconds: 1, load: 0.1 };
  return { row: 'cpu', ...circumstances, figures, tables, failed: false };
}

const part = measured(1, 1.02, 1.2);
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

it('a part is read back as written, and the plots shown in the report exist', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nomyo-bench-test-'));
  try {
    writePart(dir, part);
    expect(readParts(dir, ROWS)).toEqual(parts);
    await writeReport(join(dir, 'R.md'), ROWS, parts);
    const shown = [...readFileSync(join(dir, 'R.md'), 'utf8').matchAll(/\(plots\/([^)]+)\)/g)];
    expect(shown.map(([, name]) => name)).toEqual(readdirSync(join(dir, 'plots')));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

describe('the short mode fails on', () => {
  it('figures out of their band, by name', () => {
    const failures = [1, 1.06, 9].map((value) => failureOf(cpu, measured(value)));
    expect(failures).toEqual([undefined, undefined, 'out of band: cpu-1k']);
  });

  it('rows that could not be measured', () => {
    expect(failureOf(cpu, { ...measured(1), skipped: 'why' })).toBe('cpu: why');
    expect(failureOf(cpu, undefined)).toBe('cpu: not measured');
  });
});
