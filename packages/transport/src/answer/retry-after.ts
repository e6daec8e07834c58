/** The time after which a server wants to be asked again: `Retry-After` (RFC 9110 §10.2.3), and `retry-after-ms`. */

const MS_PER_SECOND = 1000;

/** Decimal digits only: `Number` also accepts an empty string, hexadecimal and `Infinity`. */
const DECIMAL = /^\d{1,12}(?:\.\d{1,12})?$/;

/** The three date formats of RFC 9110 §5.6.7; `Date.parse` alone accepts almost anything. */
const HTTP_DATES = {
  imfFixdate: /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  rfc850: /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  asctime: /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
} as const;

/**
 * The time to wait, in ms; `undefined` when the server names none, or none that makes sense: a negative number, a date
 * in the past, or neither a number nor a date.
 *
 * @param headers with lower-case names
 * @param now Unix time in ms
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  return (
    milliseconds(headers['retry-after-ms'], 1) ??
    milliseconds(headers['retry-after'], MS_PER_SECOND) ??
    untilDate(headers['retry-after'], now)
  );
}

function milliseconds(value: string | undefined, unit: number): number | undefined {
  const text = value?.trim() ?? '';
  return DECIMAL.test(text) ? Math.ceil(Number(text) * unit) : undefined;
}

function untilDate(value: string | undefined, now: number): number | undefined {
  const time = parseHttpDate(value?.trim() ?? '');
  return time > now ? time - now : undefined;
}

function parseHttpDate(text: string): number {
  if (HTTP_DATES.imfFixdate.test(text) || HTTP_DATES.rfc850.test(text)) return Date.parse(text);
  return HTTP_DATES.asctime.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
