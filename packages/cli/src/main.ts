#!/usr/bin/env node
/**
 * The command `nomyo`. Nothing is loaded before it is known what is wanted: the version is there in the time that Node
 * itself takes to start.
 *
 * @packageDocumentation
 */
import { readFileSync } from 'node:fs';

const VERSION_FLAGS: readonly string[] = ['--version', '-V'];

const [, , ...words] = process.argv;
if (words.length === 1 && VERSION_FLAGS.includes(words[0] ?? '')) process.stdout.write(`${version()}\n`);
else void import('./program.js').then(({ runProgram }) => runProgram(words));

function version(): string {
  const manifest = readFileSync(new URL(import.meta.resolve('@nomyo/cli/package.json')), 'utf8');
  return /"version": "([^"]+)"/u.exec(manifest)?.[1] ?? '';
}
