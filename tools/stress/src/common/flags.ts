/** Flags of the programs: whole numbers, each with a default, one for short runs, and a line of help. */
import { parseArgs } from 'node:util';
import { freshSeed, SEED_LIMIT } from './random.js';

/** A whole number of one flag. */
export interface NumberFlag {
  readonly default: number;
  /** Default with `--short`. */
  readonly short: number;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

/** Thrown on a flag that does not exist or has a wrong value; the message is for the terminal. */
export class FlagError extends Error {
  override readonly name: string = 'FlagError';
}

/** The flags given to a program, or the defaults. Every program takes `--seed` and `--short` besides its own. */
export class Flags<Name extends string> {
  /** A run of some seconds, for `npm test`. */
  readonly short: boolean;
  readonly seed: number;
  readonly #numbers: ReadonlyMap<string, number>;

  /** @throws {FlagError} with the usage */
  constructor(table: Readonly<Record<Name, NumberFlag>>, argv: readonly string[]) {
    const all: Readonly<Record<string, NumberFlag>> = { ...table, seed: seedFlag() };
    const given = parse(all, argv);
    this.short = given['short'] === true;
    const numbers = Object.entries(all).map(
      ([name, flag]) => [name, numberOf(name, flag, given[name], this.short)] as const,
    );
    this.#numbers = new Map(numbers);
    this.seed = this.#numbers.get('seed') ?? 0;
  }

  number(name: Name): number {
    return this.#numbers.get(name) ?? 0;
  }
}

function seedFlag(): NumberFlag {
  const seed = freshSeed();
  const help = 'repeats the random choices of a run; every run prints its own';
  return { default: seed, short: seed, min: 0, max: SEED_LIMIT - 1, help };
}

function parse(
  table: Readonly<Record<string, NumberFlag>>,
  argv: readonly string[],
): Readonly<Record<string, unknown>> {
  const options: Record<string, { type: 'string' | 'boolean' }> = { short: { type: 'boolean' } };
  for (const name of Object.keys(table)) options[name] = { type: 'string' };
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new FlagError(`${error instanceof Error ? error.message : String(error)}\n${usage(table)}`);
  }
}

function numberOf(name: string, flag: NumberFlag, text: unknown, short: boolean): number {
  if (typeof text !== 'string') return short ? flag.short : flag.default;
  const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= flag.min && value <= flag.max) return value;
  throw new FlagError(`--${name} must be a whole number from ${String(flag.min)} to ${String(flag.max)}`);
}

function usage(table: Readonly<Record<string, NumberFlag>>): string {
  const lines = Object.entries(table).map(([name, flag]) => `  --${name} N   ${flag.help}`);
  return ['Flags:', ...lines, '  --short   a run of some seconds'].join('\n');
}
