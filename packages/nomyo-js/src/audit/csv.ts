/** Audit lines as a table (RFC 4180). Pure. */
import { isObject } from '@nomyo/base';

const COLUMNS = [
  'seq',
  'time',
  'type',
  'operation',
  'payload_id',
  'protocol',
  'model',
  'tier',
  'applied_tier',
  'outcome',
  'code',
  'status',
  'attempts',
  'possibly_executed',
  'duration_ms',
  'request_bytes',
  'response_bytes',
  'request_sha256',
  'response_sha256',
  'server_key',
  'client_key',
  'api_key',
  'memory_locked',
  'hash',
] as const;

/** The first line of the table, with the names of the columns. */
export const CSV_HEADER: string = COLUMNS.join(',').concat('\r\n');

/**
 * Converts a line of a log to a line of the table; `undefined` if it is not a line of a log.
 *
 * @example
 * process.stdout.write(CSV_HEADER + lines.map(csvLine).join(''));
 */
export function csvLine(line: string): string | undefined {
  let members: unknown;
  try {
    members = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(members) || typeof members['seq'] !== 'number') return undefined;
  const object = members;
  return `${COLUMNS.map((column) => cell(object[column])).join(',')}\r\n`;
}

/** The beginning of a cell that a spreadsheet takes for a formula; some also accept full-width signs (East Asian). */
const FORMULA = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

/** The cell separators of spreadsheets in any locale. */
const SEPARATOR = /[",;\t\r\n]/;

function cell(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const text = FORMULA.test(value) ? `'${value}` : value;
  return SEPARATOR.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
