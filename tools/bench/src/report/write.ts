/** Writes the report and its plots. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GOALS } from '../goals.js';
import type { Machine } from '../machine.js';
import type { Part } from '../part.js';
import type { Bar, BarPlot } from '../result.js';
import type { Row } from '../row.js';
import { renderReport } from './markdown.js';
import { renderPlotSvg } from './plots.js';

/** @param out path of the Markdown file; plots go into `plots/` beside it */
export async function writeReport(
  out: string,
  rows: readonly Row[],
  parts: ReadonlyMap<string, Part>,
  machine: Machine,
): Promise<void> {
  const plotDir = join(dirname(out), 'plots');
  mkdirSync(plotDir, { recursive: true });
  writeFileSync(out, renderReport(rows, parts, machine));
  const plots = [...parts.values()].flatMap(({ result }) => [...result.plots]);
  for (const plot of [goalsPlot(parts), ...plots]) {
    writeFileSync(join(plotDir, `${plot.name}.svg`), await renderPlotSvg(plot));
  }
}

/** Every figure as a part of its goal: 1 is the goal itself, and less is better. */
function goalsPlot(parts: ReadonlyMap<string, Part>): BarPlot {
  const figures = [...parts.values()].flatMap(({ result }) => [...result.figures]);
  const bars = GOALS.flatMap((goal): Bar[] => {
    const summary = figures.find(({ id }) => id === goal.figure)?.summary;
    if (summary === undefined || goal.goal === 0) return [];
    const share = (value: number): number =>
      goal.relation === 'at most' ? value / goal.goal : goal.goal / value;
    const [low, high] = [share(summary.q1), share(summary.q3)].sort((a, b) => a - b);
    const bar = { label: goal.figure, value: share(summary.median) };
    return [low === undefined || high === undefined ? bar : { ...bar, low, high }];
  });
  const title = 'Measured, as a part of what the goal allows: 1 is the goal, less is better';
  return { kind: 'bars', name: 'goals', title, unit: '', bars };
}
