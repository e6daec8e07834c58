#!/usr/bin/env node
/** The command: `npx @nomyo/router`, or `pnpm router` in this repository. */
import { readFileSync } from 'node:fs';
import { NomyoError } from '@nomyo/crypto';
import { readCommandLine, type Command } from './cli/command-line.js';
import { helpText } from './cli/help.js';
import { run } from './cli/run.js';
import { messageOf, UsageError } from '../usage-error.js';

const EXIT = { failure: 1, usage: 2 } as const;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

main().catch((error: unknown) => {
  const isUsage =
    error instanceof UsageError || (error instanceof NomyoError && error.code === 'INVALID_ARGUMENT');
  process.stderr.write(`router: ${messageOf(error)}\n`);
  if (isUsage) process.stderr.write('Try --help.\n');
  process.exitCode = isUsage ? EXIT.usage : EXIT.failure;
});

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  if (command.kind === 'help') print(helpText());
  else if (command.kind === 'version') print(`@nomyo/router ${version()}, protocol version 1`);
  else await serve(command);
}

async function serve(command: Extract<Command, { kind: 'run' }>): Promise<void> {
  const router = await run(command, print);
  const stop = (): void => {
    void router.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
