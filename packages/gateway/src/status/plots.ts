/** Two small SVG plots, styled by attributes: the page's policy permits no inline styles. Pure. */
import type { Call } from '../calls/book.js';
import { duration } from './html.js';

const WIDTH = 600;
const HEIGHT = 120;
const BASE = HEIGHT - 20;
const TOP = 14;
const BARS = 60;
const STEP = WIDTH / BARS;
const MINUTES = 30;
const MINUTE_MS = 60_000;

/** Durations of recent calls, one bar each, on a scale from zero. */
export function latencyPlot(recent: readonly Call[]): string {
  const calls = recent.slice(0, BARS).reverse();
  const longest = Math.max(1, ...calls.map((call) => call.durationMs));
  const bars = calls.map((call, index) =>
    bar(index * STEP, call.durationMs / longest, STEP, call.outcome === 'ok'),
  );
  const median = middle(calls.map((call) => call.durationMs));
  const label =
    calls.length === 0
      ? 'Duration of calls: none yet.'
      : `Duration of the last ${String(calls.length)} calls: median ${duration(median)}, longest ${duration(longest)}.`;
  return svg(label, bars, calls.length === 0 ? '' : duration(longest));
}

/** How many calls ended in each of the last minutes. */
export function throughputPlot(recent: readonly Call[], now: number): string {
  const counts = Array.from({ length: MINUTES }, () => 0);
  for (const { startedAt, durationMs } of recent) {
    const minute = MINUTES - 1 - Math.floor((now - startedAt - durationMs) / MINUTE_MS);
    if (minute >= 0 && minute < MINUTES) counts[minute] = (counts[minute] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const width = WIDTH / MINUTES;
  const bars = counts.map((count, index) => bar(index * width, count / most, width, true));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return svg(
    `Calls a minute, of the last ${String(MINUTES)} minutes: ${String(total)} in all, at most ${String(Math.max(...counts))}.`,
    bars,
    `${String(most)} a minute`,
  );
}

function bar(x: number, share: number, width: number, isGood: boolean): string {
  const height = share === 0 ? 0 : Math.max(1, share * (BASE - TOP));
  const place = `x="${x.toFixed(1)}" y="${(BASE - height).toFixed(1)}" width="${(width - 1).toFixed(1)}"`;
  return `<rect ${place} height="${height.toFixed(1)}" class="${isGood ? 'good' : 'bad'}"/>`;
}

function svg(label: string, bars: readonly string[], top: string): string {
  const axis = `<path d="M0 ${String(BASE)}.5H${String(WIDTH)}" class="axis"/>`;
  const scale = top === '' ? '' : `<text x="0" y="10">${top}</text>`;
  return `<figure><svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${label}">${axis}${scale}${bars.join('')}</svg><figcaption>${label}</figcaption></figure>`;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
