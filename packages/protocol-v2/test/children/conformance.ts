/** `pnpm conformance:v2 [FILE]`: one line per group, its JSON name and the number of cases; exit 1 on any difference. */
import { readFileSync } from 'node:fs';
import { parseVectors } from '../vectors/file.js';
import { runVectors } from '../vectors/run.js';

const OURS = new URL('../../vectors/v2.json', import.meta.url);

async function main(path: string | undefined): Promise<number> {
  const results = await runVectors(parseVectors(readFileSync(path ?? OURS, 'utf8')));
  for (const { name, count, failure } of results) {
    console.log(`${name} ${String(count)}${failure === undefined ? '' : ` FAILED: ${failure}`}`);
  }
  return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

main(process.argv.slice(2).find((argument) => argument !== '--')).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`conformance: ${error instanceof Error ? error.message : 'failed'}`);
    process.exitCode = 1;
  },
);
