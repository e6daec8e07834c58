/** `--retry FILE` with an input: the lines whose ids are in a file of failures. */
import { createHash } from 'node:crypto';
import { isObject } from '@nomyo/base';
import { UsageError } from '../../exit/codes.js';
import type { CheckedInput } from './check.js';
import { runsOf } from '../journal/runs.js';
import type { SelectedLines } from '../journal/record.js';
import { readInput } from './read-input.js';

/** @throws {UsageError} naming the line of the file that is wrong */
export async function readSelection(path: string, { ids, count }: CheckedInput): Promise<SelectedLines> {
  const chosen = new Uint8Array(new ArrayBuffer(count));
  const sum = createHash('sha256');
  let lines = 0;
  for await (const { number, text } of readInput(path)) {
    const where = `--retry: ${path}: line ${String(number)}`;
    const id = idOf(text, where);
    const index = ids.find(id);
    if (index === undefined) throw new UsageError(`${where}: its custom_id is not in the input`);
    chosen[index] = 1;
    sum.update(`${JSON.stringify(id)}\n`);
    lines += 1;
  }
  if (lines === 0) throw new UsageError(`--retry: ${path} is empty: no line has failed`);
  return { sha256: sum.digest('hex'), runs: runsOf(count, (index) => chosen[index] === 1) };
}

function idOf(text: string, where: string): string {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    // The parser's message quotes the line.
  }
  const id = isObject(line) ? line['custom_id'] : undefined;
  if (typeof id === 'string') return id;
  const isSealed = isObject(line) && 'encrypted_payload' in line;
  const fix = isSealed ? ': it is sealed; `nomyo open` it first, or use nomyo batch --retry FILE alone' : '';
  throw new UsageError(`${where}: has no custom_id${fix}`);
}
