/** Numbers for people. */
import type { Summary } from './stats.js';

/** Three digits that say something, and no more than four behind the point: 0.0123, 1.23, 12.3, 123, 1,230. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(Math.max(2 - magnitude, 0), 4);
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A ratio: `1.04 x`. */
export function formatRatio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} x`;
}

/** Median and quartiles: `1.04 x (1.02 … 1.07)`; a value that was counted once stands alone. */
export function formatSpread(
  { n, q1, median, q3 }: Summary,
  format: (value: number) => string = formatNumber,
): string {
  const bare = (value: number): string => format(value).replace(/ \D+$/, '');
  return n === 1 ? format(median) : `${format(median)} (${bare(q1)} … ${bare(q3)})`;
}
