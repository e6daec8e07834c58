/** The flags of `nomyo ask`. Pure. */
import { UsageError } from '../../exit/codes.js';
import type { Flags } from '../../settings/resolve.js';
import { aCount } from '../../settings/values.js';

/** Checked. */
export interface AskOptions {
  readonly files: readonly string[];
  readonly system: string | undefined;
  readonly schema: string | undefined;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
}

const MAX_TOKENS = 10_000_000;
const MAX_TEMPERATURE = 2;

/** @throws {UsageError} */
export function askOptions(flags: Flags): AskOptions {
  const { file, system, schema, maxTokens, temperature } = flags;
  return {
    files: Array.isArray(file) ? file.map(String) : [],
    system: text(system),
    schema: text(schema),
    maxTokens:
      maxTokens === undefined ? undefined : aCount(1, MAX_TOKENS)([String(maxTokens)], '--max-tokens'),
    temperature: temperature === undefined ? undefined : aTemperature(String(temperature)),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function aTemperature(given: string): number {
  const temperature = Number(given);
  if (/^\d+(\.\d+)?$/u.test(given) && temperature <= MAX_TEMPERATURE) return temperature;
  throw new UsageError(`--temperature must be a number from 0 to ${String(MAX_TEMPERATURE)}`);
}
