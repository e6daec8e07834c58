/** Plots as SVG. */
import { formatNumber } from '../format.js';
import type { Bar, BarPlot, LinePlot, Plot, StackPlot } from '../result.js';
import { colour, element, label, picture, ticks, WIDTH } from './svg.js';

const LEFT = 270;
const RIGHT = 90;
const TOP = 48;
const BAR = 20;
const STEP = 32;
const GREY = '#cccccc';

/** One plot. */
export function renderPlotSvg(plot: Plot): string {
  switch (plot.kind) {
    case 'bars':
      return renderBars(plot);
    case 'stack':
      return renderStack(plot);
    case 'lines':
      return renderLines(plot);
  }
}

function renderBars({ title, unit, bars }: BarPlot): string {
  const max = Math.max(...bars.map(({ value, high = value }) => high));
  const x = scale(max);
  const rows = bars.flatMap((bar, i) => barOf(bar, TOP + i * STEP, x, colour(i % 2)));
  return picture(title, TOP + bars.length * STEP + 40, ...axis(max, bars.length, unit), ...rows);
}

/** The bar, its median as text, and a line from the first to the third quartile. */
function barOf(bar: Bar, y: number, x: (value: number) => number, fill: string): string[] {
  const { value, low = value, high = value } = bar;
  const middle = y + BAR / 2;
  return [
    label(LEFT - 8, middle + 4, bar.label, { 'text-anchor': 'end' }),
    element('rect', { x: LEFT, y, width: x(value) - LEFT, height: BAR, fill }),
    element('line', {
      x1: x(low),
      x2: x(high),
      y1: middle,
      y2: middle,
      stroke: '#222222',
      'stroke-width': 2,
    }),
    label(x(high) + 6, middle + 4, formatNumber(value)),
  ];
}

function renderStack({ title, unit, parts, bars }: StackPlot): string {
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const max = Math.max(...bars.map(({ values }) => total(values)));
  const x = scale(max);
  const rows = bars.flatMap((bar, i) => {
    const y = TOP + i * STEP;
    const pieces = bar.values.map((value, part) => {
      const from = x(total(bar.values.slice(0, part)));
      return element('rect', { x: from, y, width: x(value) - LEFT, height: BAR, fill: colour(part) });
    });
    const sum = label(x(total(bar.values)) + 6, y + 14, formatNumber(total(bar.values)));
    return [label(LEFT - 8, y + 14, bar.label, { 'text-anchor': 'end' }), ...pieces, sum];
  });
  const legendTop = TOP + bars.length * STEP + 44;
  const height = legendTop + Math.ceil(parts.length / 4) * 24;
  return picture(title, height, ...axis(max, bars.length, unit), ...rows, ...legend(parts, legendTop));
}

function legend(parts: readonly string[], top: number): string[] {
  const COLUMNS = 4;
  return parts.flatMap((part, i) => {
    const x = 16 + (i % COLUMNS) * 185;
    const y = top + Math.floor(i / COLUMNS) * 24;
    return [element('rect', { x, y, width: 12, height: 12, fill: colour(i) }), label(x + 18, y + 11, part)];
  });
}

function renderLines({ title, xLabel, yLabel, lines }: LinePlot): string {
  const height = 320;
  const [left, bottom] = [70, height - 56];
  const points = lines.flatMap((line) => [...line.points]);
  const [xTicks, yTicks] = [
    ticks(Math.max(...points.map(([x]) => x))),
    ticks(Math.max(...points.map(([, y]) => y))),
  ];
  const x = (value: number): number => left + (value / (xTicks.at(-1) ?? 1)) * (WIDTH - left - 40);
  const y = (value: number): number => bottom - (value / (yTicks.at(-1) ?? 1)) * (bottom - TOP);
  const drawn = lines.map((line, i) => {
    const path = line.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ');
    return element('polyline', { points: path, fill: 'none', stroke: colour(i), 'stroke-width': 2 });
  });
  const grid = [
    ...yTicks.map((tick) =>
      element('line', { x1: left, x2: WIDTH - 40, y1: y(tick), y2: y(tick), stroke: GREY }),
    ),
    ...yTicks.map((tick) => label(left - 8, y(tick) + 4, formatNumber(tick), { 'text-anchor': 'end' })),
    ...xTicks.map((tick) => label(x(tick), bottom + 18, formatNumber(tick), { 'text-anchor': 'middle' })),
    label(WIDTH / 2, height - 12, xLabel, { 'text-anchor': 'middle' }),
    label(16, TOP - 6, yLabel),
  ];
  return picture(title, height, ...grid, ...drawn);
}

function scale(max: number): (value: number) => number {
  const end = ticks(max).at(-1) ?? max;
  return (value) => LEFT + (value / end) * (WIDTH - LEFT - RIGHT);
}

function axis(max: number, bars: number, unit: string): string[] {
  const x = scale(max);
  const bottom = TOP + bars * STEP;
  return ticks(max).flatMap((tick) => [
    element('line', { x1: x(tick), x2: x(tick), y1: TOP - 8, y2: bottom, stroke: GREY }),
    label(x(tick), bottom + 18, tick === 0 ? `0 ${unit}` : formatNumber(tick), { 'text-anchor': 'middle' }),
  ]);
}
