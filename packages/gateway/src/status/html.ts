/** HTML from untrusted text. Pure. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls, bidirectional and invisible characters, line separators, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const MAX_LENGTH = 80;

/** Text for an element or a quoted attribute. Characters that hide or reorder text are named instead. */
export function text(value: string): string {
  const shown = visible(value);
  return escaped(shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown);
}

/** The same without a length limit, for sentences of our own. */
export const longText = (value: string): string => escaped(visible(value));

const visible = (value: string): string => value.replaceAll(UNSAFE, (character) => `⟨U+${hex(character)}⟩`);

const escaped = (value: string): string =>
  value.toWellFormed().replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');

const hex = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

const KIB = 1024;
const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** A size for people, such as `1.5 KiB`. */
export function bytes(count: number): string {
  const power = count < KIB ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(count) / Math.log(KIB)));
  const value = count / KIB ** power;
  return `${power === 0 ? String(count) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The two largest units that matter. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${String(Math.max(0, Math.round(ms)))} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${whole(ms, MINUTE_MS)} min ${whole(ms % MINUTE_MS, SECOND_MS)} s`;
  if (ms < DAY_MS) return `${whole(ms, HOUR_MS)} h ${whole(ms % HOUR_MS, MINUTE_MS)} min`;
  return `${whole(ms, DAY_MS)} d ${whole(ms % DAY_MS, HOUR_MS)} h`;
}

const whole = (ms: number, unit: number): string => String(Math.floor(ms / unit));
