/** `pnpm bench`: see {@link USAGE}. */
import { fileURLToPath } from 'node:url';
import { parseOptions, USAGE, type BenchOptions } from './options.js';
import { readPart, writePart, type Part } from './part.js';
import { verdictLines } from './report/markdown.js';
import { writeReport } from './report/write.js';
import type { Row } from './row.js';
import { ROWS } from './rows/index.js';
import { runRows, thisMachine } from './run.js';
import { ATTEMPTS, failureOf, toRepeat } from './short.js';

const PARTS_DIR = fileURLToPath(new URL('../.results/parts', import.meta.url));
const DEFAULT_OUT = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(
    args,
    ROWS.map(({ id }) => id),
    DEFAULT_OUT,
  );
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  return options.short ? runShort(options) : runFull(options);
}

async function runFull(options: BenchOptions): Promise<number> {
  const rows = ROWS.filter(({ id }) => !options.report && (options.rows?.includes(id) ?? true));
  const wanted = rows.filter(({ id }) => !options.resume || readPart(PARTS_DIR, id) === undefined);
  await runRows(wanted, false, (row, part) => {
    writePart(PARTS_DIR, part);
    tell(row, part);
  });
  const parts = new Map<string, Part>();
  for (const { id } of ROWS) {
    const part = readPart(PARTS_DIR, id);
    if (part !== undefined) parts.set(id, part);
  }
  await writeReport(options.out, ROWS, parts, thisMachine());
  console.log(`\nThe report: ${options.out}`);
  return [...parts.values()].some(({ result }) => result.skipped?.startsWith('It failed') ?? false) ? 1 : 0;
}

async function runShort(options: BenchOptions): Promise<number> {
  const parts = new Map<string, Part>();
  let rows: readonly Row[] = ROWS.filter(
    ({ id, inShort }) => inShort && (options.rows?.includes(id) ?? true),
  );
  for (let attempt = 1; attempt <= ATTEMPTS && rows.length > 0; attempt += 1) {
    if (attempt > 1) console.log(`\nOut of band, measured again: ${rows.map(({ id }) => id).join(', ')}`);
    await runRows(rows, true, (row, part) => {
      parts.set(row.id, part);
      tell(row, part);
    });
    rows = toRepeat(rows, parts);
  }
  if (options.out !== '') await writeReport(options.out, ROWS, parts, thisMachine());
  const failures = [...parts.values()].flatMap((part) => failureOf(part) ?? []);
  console.log(
    failures.length === 0 ? '\nAll figures are within their bands.' : `\nOut of band: ${failures.join('; ')}`,
  );
  return failures.length === 0 ? 0 : 1;
}

function tell(row: Row, { seconds, result }: Part): void {
  console.log(`\n${row.title} (${row.id}, ${seconds.toFixed(0)} s)`);
  if (result.skipped !== undefined) console.log(`  not measured: ${result.skipped}`);
  for (const line of verdictLines(result.figures)) console.log(line);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 2;
}
