/** The table of SECURITY.md. Pure. */
import type { Residue } from './examine.js';
import type { Scenario } from './scenario.js';

/** One scenario and what was found. */
export interface Row {
  readonly scenario: Scenario;
  readonly residue: Residue;
}

const BEGIN = '<!-- residue: written by `pnpm residue` -->';
const END = '<!-- /residue -->';

/** Markdown, as prettier would have it. */
export function tableOf(rows: readonly Row[], calls: number, runs: number): string {
  const header = ['calls with', 'memory', 'prompt', 'answer', 'AES keys', "private key's p, q, d"];
  const cells = rows.map(({ scenario, residue }) => [
    scenario.name,
    `\`${residue.method}\``,
    ...[residue.prompt, residue.answer, residue.aesKey, residue.privateKey].map(String),
  ]);
  const lines = [header, header.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`);
  const note =
    `Copies found in the whole process after ${String(calls)} calls, without a forced garbage collection; ` +
    `the highest of ${String(runs)} runs. Node ${process.versions.node}, OpenSSL ${process.versions.openssl}.`;
  return [...lines, '', note].join('\n');
}

/** `document` with the table between its marks. */
export function withTable(document: string, table: string): string {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error('SECURITY.md has no marks for the table');
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}
