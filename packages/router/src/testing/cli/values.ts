/** Texts of the command line as the values they stand for. */
import { KEY_SIZES, type KeySize } from '@nomyo/crypto';
import { assertMode } from '../fail/parse.js';
import type { FailSpec } from '../fail/plan.js';
import type { TierModels } from '../policy/tiers.js';
import { TIERS, type SecurityTier } from '../../v1/headers.js';
import { UsageError } from '../../usage-error.js';

/** @throws {UsageError} */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,9}$/u.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--${option} must be a whole number`);
}

/** @throws {UsageError} */
export function keySize(text: string | undefined): KeySize | undefined {
  const size = KEY_SIZES.find((bits) => String(bits) === text);
  if (size !== undefined || text === undefined) return size;
  throw new UsageError(`--key-size must be one of ${KEY_SIZES.join(', ')}`);
}

/**
 * `MODE,MODE*2,…`; one alone is a mode, more are a list.
 *
 * @throws {InvalidArgumentError} on a mode that does not exist
 */
export function failSpec(text: string): FailSpec {
  const modes = text.split(',').map((mode) => {
    assertMode(mode);
    return mode;
  });
  const [only] = modes;
  return modes.length === 1 && only !== undefined ? only : modes;
}

/** @throws {UsageError} */
export function allowedModels(rules: readonly string[]): TierModels {
  const allowed: Partial<Record<SecurityTier, string[]>> = {};
  for (const rule of rules) {
    const [name = '', models] = rule.split(/=(.*)/su);
    const tier = TIERS.find((one) => one === name);
    if (tier === undefined || models === undefined) {
      throw new UsageError(`--allow takes TIER=MODEL,… with one of the tiers ${TIERS.join(', ')}`);
    }
    (allowed[tier] ??= []).push(...models.split(',').filter((model) => model !== ''));
  }
  return allowed;
}
