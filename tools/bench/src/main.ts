/** `pnpm bench`: see {@link USAGE}. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { failureOf, measureRows, readParts, writePart, type Part } from './part.js';
import { goalTable } from './report/markdown.js';
import { writeReport } from './report/write.js';
import type { Row } from './row.js';
import { ROWS } from './rows/index.js';

const USAGE = `usage: pnpm bench [--short] [--rows a,b] [--report] [--out FILE]

  --short      some minutes, and fewer rows unless --rows names them; fails when a figure falls clearly out of its band;
               writes no report unless --out
  --rows a,b   measures these rows only; the report holds the others as they were measured last
  --report     measures nothing, writes the report of what is there
  --out FILE   default: tools/bench/RESULTS.md`;

const PARTS_DIR = fileURLToPath(new URL('../parts', import.meta.url));
const DEFAULT_OUT = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

/** How often the short mode may find a figure out of its band before noise is no excuse. */
const ATTEMPTS = 3;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      short: { type: 'boolean', default: false },
      rows: { type: 'string' },
      out: { type: 'string' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const rows = chosenRows(values.rows, values.short);
  if (values.short) return runShort(rows, values.out);
  return runFull(values.report ? [] : rows, values.out ?? DEFAULT_OUT);
}

/** @throws {TypeError} on a row that does not exist */
function chosenRows(names: string | undefined, short: boolean): readonly Row[] {
  if (names === undefined) return ROWS.filter(({ inShort = false }) => inShort || !short);
  const wanted = names.split(',').map((name) => name.trim());
  const ids = ROWS.map(({ id }) => id);
  const unknown = wanted.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`unknown row "${unknown}"; expected some of ${ids.join(', ')}`);
  }
  return ROWS.filter(({ id }) => wanted.includes(id));
}

async function runFull(rows: readonly Row[], out: string): Promise<number> {
  await measureRows(rows, false, (row, part) => {
    writePart(PARTS_DIR, part);
    tell(row, part);
  });
  const parts = readParts(PARTS_DIR, ROWS);
  await writeReport(out, ROWS, parts);
  console.log(`\nThe report: ${out}`);
  return [...parts.values()].some(({ failed }) => failed) ? 1 : 0;
}

async function runShort(chosen: readonly Row[], out: string | undefined): Promise<number> {
  const parts = new Map<string, Part>();
  let rows = chosen;
  for (let attempt = 1; attempt <= ATTEMPTS && rows.length > 0; attempt += 1) {
    if (attempt > 1) console.log(`\nOut of band, measured again: ${rows.map(({ id }) => id).join(', ')}`);
    await measureRows(rows, true, (row, part) => {
      parts.set(row.id, part);
      tell(row, part);
    });
    rows = rows.filter((row) => failureOf(row, parts.get(row.id)) !== undefined);
  }
  if (out !== undefined) await writeReport(out, ROWS, parts);
  const failures = rows.map((row) => failureOf(row, parts.get(row.id)));
  console.log(failures.length === 0 ? '\nEvery figure is within its band.' : `\n${failures.join('; ')}`);
  return failures.length === 0 ? 0 : 1;
}

function tell(row: Row, part: Part): void {
  console.log(`\n${row.title} (${row.id}, ${part.seconds.toFixed(0)} s)`);
  if (part.skipped !== undefined) console.log(`  not measured: ${part.skipped}`);
  console.log(goalTable([row], new Map([[row.id, part]])));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 2;
}
