/** Parses values of the command line; messages name the option as the caller wrote it. */
import { InvalidArgumentError } from 'commander';
import { isTier, TIERS, type Tier } from '../json/values.js';

/** The highest port of TCP. */
export const MAX_PORT = 65_535;

/** @returns a parser for commander */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Must be a whole number from ${String(least)} to ${String(most)}.`);
  };
}

/** A URL, or a host with its port: clients would look for the host alone, and trust no key of this realm. */
const NO_HOST = /\/|^[^:]+:\d+$|\]:\d+$/u;

/** SPEC §1: ASCII, 1 to 255 bytes. */
export function realmName(text: string): string {
  if (/^[!-~]{1,255}$/u.test(text) && !NO_HOST.test(text)) return text;
  throw new InvalidArgumentError(
    'Must be 1 to 255 characters of printable ASCII: the host that clients use, without https:// and port.',
  );
}

/** Tiers with commas between them. */
export function tierList(text: string): readonly Tier[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every(isTier)) return names;
  throw new InvalidArgumentError(`Must be a list of ${TIERS.join(', ')}.`);
}

/** Control characters and bidirectional overrides. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;

/** The name of an API key, fit for a log. */
export function keyName(text: string): string {
  if (text !== '' && text.length <= 100 && !INVISIBLE.test(text)) return text;
  throw new InvalidArgumentError('Must be 1 to 100 characters without control characters.');
}
