/** Writes the report and its plot, drawn by vega-lite. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { standings, type Parts } from '../part.js';
import type { Row } from '../row.js';
import { renderReport } from './markdown.js';

/** @param out path of the Markdown file; the plot goes into `plots/` next to it */
export async function writeReport(out: string, rows: readonly Row[], parts: Parts): Promise<void> {
  const plotDir = join(dirname(out), 'plots');
  mkdirSync(plotDir, { recursive: true });
  writeFileSync(out, renderReport(rows, parts));
  writeFileSync(join(plotDir, 'goals.svg'), await renderGoals(rows, parts));
}

/** Every figure as a part of its goal, as SVG. */
export async function renderGoals(rows: readonly Row[], parts: Parts): Promise<string> {
  const view = new View(parse(compile(specOf(barsOf(rows, parts))).spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** The figures as parts of their goals; those that must be none have no such part. */
function barsOf(rows: readonly Row[], parts: Parts): object[] {
  const all = rows.flatMap((row) => standings(row, parts.get(row.id)));
  return all.flatMap(({ figure, goal: { relation, goal }, summary }) => {
    if (summary === undefined || goal === 0) return [];
    const share = (value: number): number => (relation === 'at most' ? value / goal : goal / value);
    const ends = [share(summary.q1), share(summary.q3)];
    return { label: figure, value: share(summary.median), low: Math.min(...ends), high: Math.max(...ends) };
  });
}

/** Bars with their values, and a line from the first to the third quartile. It brings its own paper, for dark pages. */
function specOf(values: object[]): TopLevelSpec {
  const x = (field: string): { field: string; type: 'quantitative' } => ({ field, type: 'quantitative' });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Measured, as a part of what the goal allows: 1 is the goal, less is better',
    background: 'white',
    padding: 12,
    width: 480,
    height: { step: 24 },
    config: { font: 'system-ui, sans-serif', title: { anchor: 'start' }, axis: { labelFontSize: 12 } },
    data: { values },
    encoding: { y: { field: 'label', type: 'nominal', sort: null, title: null } },
    layer: [
      { mark: { type: 'bar', color: '#0072b2' }, encoding: { x: { ...x('value'), title: null } } },
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: { x: x('low'), x2: { field: 'high' } } },
      {
        mark: { type: 'text', align: 'left', dx: 6 },
        encoding: { x: x('high'), text: { ...x('value'), format: '.2f' } },
      },
      { mark: { type: 'rule', strokeDash: [4, 4] }, encoding: { x: { datum: 1 } } },
    ],
  };
}
