/**
 * Counts what is left of secrets in the memory of a process, for every scenario, and writes the table of SECURITY.md.
 * `--calls N` (default 50), `--runs N` (default 3: the highest count stands in the table), `--write`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { examine, type Residue } from './examine.js';
import { SCENARIOS, type Scenario } from './scenario.js';
import { tableOf, withTable, type Row } from './table.js';

const SECURITY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'SECURITY.md');

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '50' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});

const rows: Row[] = [];
for (const scenario of SCENARIOS) {
  const residue = await highest(scenario, Number(values.calls), Number(values.runs));
  rows.push({ scenario, residue });
  console.log(scenario.name, residue);
}
const table = tableOf(rows, Number(values.calls), Number(values.runs));
console.log(table);
if (values.write) await writeFile(SECURITY, withTable(await readFile(SECURITY, 'utf8'), table));

async function highest(scenario: Scenario, calls: number, runs: number): Promise<Residue> {
  let worst = await examine(scenario, calls);
  for (let run = 1; run < runs; run += 1) {
    const next = await examine(scenario, calls);
    worst = {
      method: next.method,
      prompt: Math.max(worst.prompt, next.prompt),
      answer: Math.max(worst.answer, next.answer),
      aesKey: Math.max(worst.aesKey, next.aesKey),
      privateKey: Math.max(worst.privateKey, next.privateKey),
    };
  }
  return worst;
}
