/** The command line. */
import { parseArgs } from 'node:util';

/** What a run is asked for. */
export interface BenchOptions {
  /** Fewer rounds, only rows with bands, and failure when a figure is out of its band. */
  readonly short: boolean;
  /** Rows to measure; `undefined`: all of the mode. */
  readonly rows: readonly string[] | undefined;
  /** Where the report goes; plots go into `plots/` beside it. */
  readonly out: string;
  /** Measure only rows of which no part is there yet. */
  readonly resume: boolean;
  /** Measure nothing: write the report of the parts that are there. */
  readonly report: boolean;
}

export const USAGE = `usage: pnpm bench [--short] [--rows a,b] [--resume] [--report] [--out FILE]

  --short      under a minute; fails when a ratio falls clearly out of its band; writes no report unless --out
  --rows a,b   measures these rows only; the report holds the others as they were measured last
  --resume     measures only what has not been measured yet
  --report     measures nothing, writes the report of what is there
  --out FILE   default: tools/bench/RESULTS.md`;

/**
 * @param rows that exist
 * @throws {TypeError} on an unknown option or row
 */
export function parseOptions(
  args: readonly string[],
  rows: readonly string[],
  defaultOut: string,
): BenchOptions & { readonly help: boolean } {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      short: { type: 'boolean', default: false },
      rows: { type: 'string' },
      out: { type: 'string' },
      resume: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { short, resume, report, help } = values;
  const wanted = values.rows?.split(',').map((row) => row.trim());
  const unknown = wanted?.find((row) => !rows.includes(row));
  if (unknown !== undefined) throw new TypeError(`there is no row ${unknown}; there are ${rows.join(', ')}`);
  return { short, resume, report, help, rows: wanted, out: values.out ?? (short ? '' : defaultOut) };
}
