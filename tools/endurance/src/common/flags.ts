/** Flags of the programs: whole numbers and words, each with a default and a line of help. */
import { parseArgs } from 'node:util';
import { freshSeed, SEED_LIMIT } from './random.js';

/** A whole number of one flag. */
export interface NumberFlag {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

/** What a program takes, without the seed, which all of them take. */
export type NumberFlags = Readonly<Record<string, NumberFlag>>;

/** What was given, or the default. */
export type FlagValues<F extends NumberFlags> = { readonly [K in keyof F]: number } & { readonly seed: number };

/** Thrown on a flag that does not exist or has a wrong value; the message is for the terminal. */
export class FlagError extends Error {
  override readonly name: string = 'FlagError';
}

/** @throws {FlagError} with the usage */
export function readFlags<F extends NumberFlags>(flags: F, argv: readonly string[]): FlagValues<F> {
  const all: NumberFlags = { ...flags, seed: seedFlag() };
  const given = parse(all, argv);
  const values = Object.entries(all).map(([name, flag]) => [name, numberOf(name, flag, given[name])]);
  // Object.entries went through the same names.
  return Object.fromEntries(values) as FlagValues<F>;
}

function seedFlag(): NumberFlag {
  return { default: freshSeed(), min: 0, max: SEED_LIMIT - 1, help: 'repeats a run; printed by every run' };
}

function parse(flags: NumberFlags, argv: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new FlagError(`${error instanceof Error ? error.message : String(error)}\n${usage(flags)}`);
  }
}

function numberOf(name: string, flag: NumberFlag, text: unknown): number {
  if (typeof text !== 'string') return flag.default;
  const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= flag.min && value <= flag.max) return value;
  throw new FlagError(`--${name} must be a whole number from ${String(flag.min)} to ${String(flag.max)}`);
}

function usage(flags: NumberFlags): string {
  const lines = Object.entries(flags).map(([name, flag]) => `  --${name} N   ${flag.help}`);
  return ['Flags:', ...lines].join('\n');
}
