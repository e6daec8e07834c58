/** The flags of `nomyo batch`. */
import { resolve } from 'node:path';
import { UsageError } from '../exit/codes.js';
import type { Flags } from '../settings/resolve.js';
import { aCount } from '../settings/values.js';

/** Checked. */
export interface BatchFlags {
  /** Absolute, all of them. */
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly errors: string | undefined;
  readonly retry: string | undefined;
  /** `undefined`: as many as are usual. */
  readonly concurrency: number | undefined;
  /** Requests a second; 0: no limit; `undefined`: that of the service. */
  readonly rate: number | undefined;
  /** In tokens. */
  readonly maxCost: number | undefined;
  readonly dryRun: boolean;
  readonly atMostOnce: boolean;
  /** Of a public key. */
  readonly sealTo: string | undefined;
}

const MAX_CONCURRENCY = 10_000;
const MAX_RATE = 100_000;
const MAX_TOKENS = 1_000_000_000_000;

/** @throws {UsageError} */
export function batchFlags(flags: Flags, words: readonly string[]): BatchFlags {
  const [input] = words;
  const checked: BatchFlags = {
    input: input === undefined ? undefined : path(input, 'IN'),
    output: pathOf(flags, 'output', '-o'),
    errors: pathOf(flags, 'errors', '--errors'),
    retry: pathOf(flags, 'retry', '--retry'),
    concurrency: concurrencyOf(flags),
    rate: rateOf(flags),
    maxCost: numberOf(flags, 'maxCost', '--max-cost', 1, MAX_TOKENS),
    dryRun: flags['dryRun'] === true,
    atMostOnce: flags['atMostOnce'] === true,
    sealTo: text(flags['sealTo']),
  };
  checkPlaces(checked);
  return checked;
}

/** @throws {UsageError} */
export const concurrencyOf = (flags: Flags): number | undefined =>
  numberOf(flags, 'concurrency', '--concurrency', 1, MAX_CONCURRENCY);

/** Less than one a second can be said, too. @throws {UsageError} */
export function rateOf(flags: Flags): number | undefined {
  const given = text(flags['rate']);
  if (given === undefined) return undefined;
  const rate = Number(given);
  if (/^\d+(\.\d+)?$/u.test(given) && rate <= MAX_RATE && (rate === 0 || rate >= 0.001)) return rate;
  throw new UsageError(
    `--rate must be a number of requests a second from 0.001 to ${String(MAX_RATE)}, or 0 for no limit`,
  );
}

function checkPlaces({ input, output, errors, retry, dryRun }: BatchFlags): void {
  if (input === undefined && retry === undefined) {
    throw new UsageError('no input: nomyo batch IN -o OUT, or nomyo batch --retry FILE');
  }
  if (input !== undefined && output === undefined && !dryRun) {
    throw new UsageError('-o is missing: name the file that the answers go to');
  }
  refuseSame({ IN: input, '-o': output, '--errors': errors, '--retry': retry });
}

/** A file that is read and written at once would end in ruins. */
function refuseSame(paths: Readonly<Record<string, string | undefined>>): void {
  const named = Object.entries(paths).filter(([, path]) => path !== undefined);
  for (const [name, path] of named) {
    const other = named.find(([otherName, otherPath]) => otherName !== name && otherPath === path);
    if (other !== undefined) throw new UsageError(`${name} and ${other[0]} must be two files`);
  }
}

function pathOf(flags: Flags, name: string, flag: string): string | undefined {
  const given = text(flags[name]);
  return given === undefined ? undefined : path(given, flag);
}

function path(given: string, flag: string): string {
  if (given === '' || given === '-') {
    throw new UsageError(
      `${flag} must be a file: a batch reads its input twice, and keeps its journal next to its output`,
    );
  }
  return resolve(given);
}

function numberOf(flags: Flags, name: string, flag: string, min: number, max: number): number | undefined {
  const given = text(flags[name]);
  return given === undefined ? undefined : aCount(min, max)([given], flag);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
