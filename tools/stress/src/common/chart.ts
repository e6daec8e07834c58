/** A curve in text. */

const BLOCK = '█';

/**
 * Columns of blocks from the lowest value to the highest, with both at the left edge.
 *
 * @param values oldest first; more than fit are drawn as the highest of their neighbours
 * @param label of a value
 */
export function textChart(
  values: readonly number[],
  label: (value: number) => string,
  size: { readonly columns: number; readonly rows: number } = { columns: 72, rows: 8 },
): string {
  const columns = squeeze(values, size.columns);
  const [low, high] = [Math.min(...columns), Math.max(...columns)];
  const heights = columns.map(
    (value) => 1 + Math.round(((value - low) / (high - low || 1)) * (size.rows - 1)),
  );
  const labels = Array.from({ length: size.rows }, (_, row) =>
    row === 0 ? label(high) : row === size.rows - 1 ? label(low) : '',
  );
  const width = Math.max(...labels.map((text) => text.length));
  return labels
    .map((text, row) => {
      const blocks = heights.map((height) => (height >= size.rows - row ? BLOCK : ' '));
      return `${text.padStart(width)} |${blocks.join('')}`.trimEnd();
    })
    .join('\n');
}

function squeeze(values: readonly number[], columns: number): number[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    return Math.max(...values.slice(from, to));
  });
}
