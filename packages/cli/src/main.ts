#!/usr/bin/env node
/** The command `nomyo`. Nothing is loaded for the version: it is there in little more than Node's own time to start. */
import { readFileSync } from 'node:fs';

const VERSION_FLAGS: readonly string[] = ['--version', '-V'];

const [, , ...words] = process.argv;
if (words.length === 1 && VERSION_FLAGS.includes(words[0] ?? '')) process.stdout.write(`${version()}\n`);
else void import('./index.js').then(({ runProgram }) => runProgram(words));

/** As the build lies: dist/node, two levels below the manifest. */
function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/u.exec(manifest)?.[1] ?? '';
}
