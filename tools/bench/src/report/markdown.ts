/** The report, as Markdown. */
import { describeMachine, type Machine } from '../machine.js';
import { standings, type Part, type Parts } from '../part.js';
import { judge, type Goal, type Row, type Table } from '../row.js';
import type { Summary } from '../stats.js';

const PLOT = '![Measured, as a part of what each goal allows](plots/goals.svg)';

/** The whole report; rows without a part are named as not measured. */
export function renderReport(
  rows: readonly Row[],
  parts: Parts,
  machine: Machine = describeMachine(),
): string {
  const introduction = [
    '# Results',
    'Written by `pnpm bench`; do not edit. Ratios are what is claimed: variants are measured in turns, and a ratio is\n' +
      'that of two neighbours. Times are those of one machine and claim nothing. In brackets: first and third quartile.',
    renderTable(['machine', ''], Object.entries(machine)),
    'The hand-written client is the limit of what is possible: two RSA and two AES operations, JSON, base64 and one\n' +
      'POST on a kept TLS connection, with node:crypto and node:https alone. It checks nothing and wipes nothing.',
  ];
  const sections = rows.flatMap((row) => renderRow(row, parts.get(row.id), JSON.stringify(machine)));
  return `${[...introduction, '## Goals', goalTable(rows, parts), PLOT, ...sections, ...circumstances(parts)].join('\n\n')}\n`;
}

/** Every goal, and how it stands. */
export function goalTable(rows: readonly Row[], parts: Parts): string {
  const lines = rows.flatMap((row) =>
    standings(row, parts.get(row.id)).map(({ goal, summary }) => [
      ...[goal.what, goal.beside, boundOf(goal)],
      ...(summary === undefined ? ['', 'not measured'] : [measured(goal, summary), markOf(goal, summary)]),
    ]),
  );
  return renderTable(['what', 'beside', 'goal', 'measured', ''], lines);
}

const markOf = (goal: Goal, summary: Summary): string =>
  judge(goal, summary) === 'met' ? 'met' : '**missed**';

const boundOf = (goal: Goal): string =>
  `${goal.relation === 'at most' ? '≤' : '≥'} ${formatOf(goal)(goal.goal)}`;

const measured = (goal: Goal, summary: Summary): string => formatSpread(summary, formatOf(goal));

function formatOf({ beside }: Goal): (value: number) => string {
  if (beside === 'ms') return (value) => `${formatNumber(value)} ms`;
  return beside === 'count' ? formatNumber : formatRatio;
}

function renderRow(row: Row, part: Part | undefined, machine: string): string[] {
  const head = [`## ${row.title}`, row.about];
  if (part === undefined) return [...head, 'Not measured.'];
  if (part.skipped !== undefined) return [...head, `Not measured: ${part.skipped}`];
  const other =
    JSON.stringify(part.machine) === machine ? [] : [`Measured on another machine: ${part.machine.CPU}.`];
  return [...head, ...part.tables.map(renderVariants), ...other];
}

function renderVariants({ title, beside, lines }: Table): string {
  const head = [title, 'measured', ...(beside === undefined ? [] : [`beside ${beside}`])];
  const cells = lines.map(({ variant, value, ratio }) => [
    ...[variant, formatSpread(value)],
    ...(ratio === undefined ? [] : [formatSpread(ratio, formatRatio)]),
  ]);
  return renderTable(head, cells);
}

/** When each part was measured, and how quiet the machine was. */
function circumstances(parts: Parts): string[] {
  const lines = [...parts.values()].map(({ row, startedAt, seconds, load }) => [
    ...[`\`${row}\``, startedAt.slice(0, 16), seconds.toFixed(0), load.toFixed(2)],
  ]);
  return ['## Parts', renderTable(['row', 'measured (UTC)', 'took, s', 'load average before'], lines)];
}

/** A table, with cells padded to one width as prettier does. */
function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(3, ...escaped.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = '', ...rest] = escaped.map(line);
  return [first, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n');
}

/** Three significant digits, and at most four decimals: 0.0123, 1.23, 12.3, 123, 1,230. */
function formatNumber(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(Math.max(2 - magnitude, 0), 4);
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A ratio: `1.04 x`. */
function formatRatio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} x`;
}

/** Median and quartiles: `1.04 x (1.02 … 1.07)`; a value that was counted once stands alone. */
function formatSpread({ n, q1, median, q3 }: Summary, format = formatNumber): string {
  const bare = (value: number): string => format(value).replace(/ \D+$/, '');
  return n === 1 ? format(median) : `${format(median)} (${bare(q1)} … ${bare(q3)})`;
}
