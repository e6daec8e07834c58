/**
 * Counts what is left of secrets in the memory of a process, for every scenario, and writes the table of SECURITY.md.
 * `--calls N` (default 50), `--runs N` (default 3: the highest count goes into the table); `--write` puts it there.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dumpingPrefix } from './core-dump.js';
import { examine, type Copies, type Residue } from './examine.js';
import { SCENARIOS, type Scenario } from './scenario.js';
import { tableOf, withTable, type Row } from './table.js';

const SECURITY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'SECURITY.md');

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '50' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});

const rows: Row[] = [];
for (const scenario of SCENARIOS) {
  const row = await rowOf(scenario, Number(values.calls), Number(values.runs));
  rows.push(row);
  console.log(scenario.name, row.copies);
}
const where = dumpingPrefix() === undefined ? 'memory' : 'memory and its core dump';
const table = tableOf(rows, { calls: Number(values.calls), runs: Number(values.runs), where });
console.log(table);
if (values.write) await writeFile(SECURITY, withTable(await readFile(SECURITY, 'utf8'), table));

async function rowOf(scenario: Scenario, calls: number, runs: number): Promise<Row> {
  const residues: Residue[] = [];
  for (let run = 0; run < runs; run += 1) residues.push(await examine(scenario, calls));
  return { scenario, method: residues[0]?.method ?? '', copies: residues.flatMap(allCopies).reduce(highest) };
}

function allCopies({ memory, coreDump }: Residue): Copies[] {
  return coreDump === undefined ? [memory] : [memory, coreDump];
}

function highest(a: Copies, b: Copies): Copies {
  return {
    prompt: Math.max(a.prompt, b.prompt),
    answer: Math.max(a.answer, b.answer),
    aesKey: Math.max(a.aesKey, b.aesKey),
    privateKey: Math.max(a.privateKey, b.privateKey),
  };
}
