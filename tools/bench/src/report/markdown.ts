/** The report, as Markdown. */
import { formatNumber, formatRatio, formatSpread } from '../format.js';
import { GOALS, goalOf, judge, type Goal, type Verdict } from '../goals.js';
import { isSameMachine, type Machine } from '../machine.js';
import type { Part } from '../part.js';
import type { Figure, Plot, Table } from '../result.js';
import type { Row } from '../row.js';

const MARKS: Readonly<Record<Verdict, string>> = {
  met: 'met',
  missed: '**missed**',
  'out of band': '**missed**',
};

/**
 * The whole report.
 *
 * @param rows in order; those without a part are named as not measured
 */
export function renderReport(
  rows: readonly Row[],
  parts: ReadonlyMap<string, Part>,
  machine: Machine,
): string {
  const sections = rows.map((row) => renderRow(row, parts.get(row.id), machine));
  return `${[...introduction(machine), goalsTable(parts), ...sections, circumstances(rows, parts)].join('\n\n')}\n`;
}

function introduction(machine: Machine): string[] {
  return [
    '# Results',
    'Written by `pnpm bench`; do not edit. Ratios are what is claimed: variants are measured in turns, and a ratio is ' +
      'that of two neighbours. Times are those of one machine and claim nothing. Where there are brackets: median ' +
      '(first … third quartile; least … most).',
    renderTable(
      ['machine', ''],
      [
        ['CPU', machine.cpu],
        ['cores', String(machine.cores)],
        ['AVX-512 IFMA, which makes RSA of OpenSSL 3.5 faster', machine.ifma],
        ['memory', `${String(machine.memory)} GiB`],
        ['system', machine.system],
        ['Node', machine.node],
        ['OpenSSL', machine.openssl],
      ],
    ),
    'The hand-written client is the physical limit: two RSA and two AES operations, JSON, base64 and one POST on a ' +
      'kept-alive TLS connection, written with node:crypto and node:https alone, without a check, without wiping.',
  ];
}

/** Every goal, and how it stands. */
function goalsTable(parts: ReadonlyMap<string, Part>): string {
  const figures = figuresOf(parts);
  const rows = GOALS.map((goal) => {
    const figure = figures.get(goal.figure);
    const state =
      figure === undefined
        ? ['', 'not measured']
        : [measured(goal, figure), MARKS[judge(goal, figure.summary)]];
    return [goal.what, goal.beside, `${goal.relation} ${bound(goal, goal.goal)}`, ...state];
  });
  return `## Goals\n\n${renderTable(['what', 'beside', 'goal', 'measured', ''], rows)}\n\n![Measured ratios](plots/goals.svg)`;
}

/** One line per figure, for a terminal. */
export function verdictLines(figures: readonly Figure[]): string[] {
  return figures.map((figure) => {
    const goal = goalOf(figure.id);
    const verdict = judge(goal, figure.summary).padEnd(11);
    return `  ${verdict} ${goal.what}: ${measured(goal, figure)} (goal: ${goal.relation} ${bound(goal, goal.goal)})`;
  });
}

function measured(goal: Goal, { summary }: Figure): string {
  if (summary.n === 1) return bound(goal, summary.median);
  return formatSpread(summary, (value) => bound(goal, value));
}

function bound(goal: Goal, value: number): string {
  if (goal.beside === 'ms') return `${formatNumber(value)} ms`;
  return goal.beside === 'count' ? formatNumber(value) : formatRatio(value);
}

function figuresOf(parts: ReadonlyMap<string, Part>): Map<string, Figure> {
  return new Map(
    [...parts.values()].flatMap(({ result }) => result.figures.map((figure) => [figure.id, figure])),
  );
}

function renderRow(row: Row, part: Part | undefined, machine: Machine): string {
  const head = [`## ${row.title}`, row.about];
  if (part === undefined) return [...head, 'Not measured.'].join('\n\n');
  const { skipped, tables, plots, notes } = part.result;
  if (skipped !== undefined) return [...head, `Not measured: ${skipped}`].join('\n\n');
  const other = isSameMachine(part.machine, machine)
    ? []
    : [`Measured on another machine: ${part.machine.cpu}.`];
  return [...head, ...tables.map(renderTitled), ...plots.map(renderPlot), ...notes, ...other].join('\n\n');
}

function renderTitled({ title, head, rows }: Table): string {
  return `${title === '' ? '' : `${title}\n\n`}${renderTable(head, rows)}`;
}

function renderPlot({ name, title }: Plot): string {
  return `![${title}](plots/${name}.svg)`;
}

/** When each part was measured, and how quiet the machine was. */
function circumstances(rows: readonly Row[], parts: ReadonlyMap<string, Part>): string {
  const lines = rows.flatMap(({ id }) => {
    const part = parts.get(id);
    return part === undefined
      ? []
      : [[`\`${id}\``, part.startedAt.slice(0, 16), part.seconds.toFixed(0), part.load.toFixed(2)]];
  });
  return `## Parts\n\n${renderTable(['row', 'measured (UTC)', 'took, s', 'load average before'], lines)}`;
}

/** A table, with cells padded to one width as prettier does. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(3, ...escaped.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((w, i) => (row[i] ?? '').padEnd(w)).join(' | ')} |`;
  const [first = [], ...rest] = escaped;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}
