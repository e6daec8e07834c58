/** Numbers for people. */
import type { Summary } from './stats.js';

/** Three digits that say something: 0.0123, 1.23, 12.3, 123, 1,230. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(Math.max(2 - magnitude, 0), 6);
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

/** A ratio: `1.04 x`. */
export function formatRatio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} x`;
}

/** Median, quartiles and extremes: `1.04 (1.02 … 1.07; 0.98 … 1.20)`. */
export function formatSpread(
  { min, q1, median, q3, max }: Summary,
  format: (value: number) => string = formatNumber,
): string {
  return `${format(median)} (${format(q1)} … ${format(q3)}; ${format(min)} … ${format(max)})`;
}

/** `1.2 MB`; decimal units. */
export function formatBytes(bytes: number): string {
  if (Math.abs(bytes) < 1000) return `${formatNumber(bytes)} B`;
  return Math.abs(bytes) < 1e6 ? `${formatNumber(bytes / 1e3)} kB` : `${formatNumber(bytes / 1e6)} MB`;
}
