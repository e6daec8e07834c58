/** The table of SECURITY.md. Pure. */
import type { Copies } from './examine.js';
import type { Scenario } from './scenario.js';

/** One scenario and what was found. */
export interface Row {
  readonly scenario: Scenario;
  /** The process's own report on its memory, when asked. */
  readonly method: string;
  /** The highest count of all runs. */
  readonly copies: Copies;
}

/** How it was measured. */
export interface Method {
  readonly calls: number;
  readonly runs: number;
  /** The place searched. */
  readonly where: string;
}

const BEGIN = '<!-- residue: written by `pnpm verify:residue` -->';
const END = '<!-- /residue -->';

/** Markdown, as prettier would have it. */
export function tableOf(rows: readonly Row[], { calls, runs, where }: Method): string {
  const header = ['calls with', 'method', 'prompt', 'answer', 'AES keys', "private key's p, q, d"];
  const cells = rows.map(({ scenario, method, copies }) => [
    scenario.name,
    `\`${method}\``,
    ...[copies.prompt, copies.answer, copies.aesKey].map(String),
    // A client of version 2 has none.
    scenario.protocol === 2 ? '–' : String(copies.privateKey),
  ]);
  const lines = [header, header.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`);
  const note =
    `Copies found in the process's whole ${where} after ${String(calls)} calls with texts of up to 200,000 characters, ` +
    `in UTF-8 and in UTF-16, without a forced garbage collection; the highest of ${String(runs)} runs. Node ${process.versions.node}, OpenSSL ${process.versions.openssl}.`;
  return [...lines, '', note].join('\n');
}

/** `document` with the table between its marks. */
export function withTable(document: string, table: string): string {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error('SECURITY.md has no marks for the table');
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}
