#!/usr/bin/env node
/** The command `nomyo-router`. */
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { notifySystemd } from './cli/notify.js';
import { createProgram } from './cli/program.js';
import type { Serving } from './cli/surroundings.js';
import { messageOf, UsageError } from '../usage-error.js';

const EXIT = { failure: 1, usage: 2 } as const;

main().catch((error: unknown) => {
  // Commander has already printed its message.
  if (!(error instanceof CommanderError)) process.stderr.write(`nomyo-router: ${messageOf(error)}\n`);
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  const isUsage = error instanceof CommanderError || error instanceof UsageError;
  if (isHelp) process.exitCode = 0;
  else process.exitCode = isUsage ? EXIT.usage : EXIT.failure;
});

async function main(): Promise<void> {
  const program = createProgram({
    print: (line) => process.stdout.write(`${line}\n`),
    environment: process.env,
    version: version(),
    onServing: stopOnSignal,
  });
  await program.parseAsync(process.argv);
}

/** Called once the server listens. The first signal drains, the second one stops at once. */
function stopOnSignal(serving: Serving): void {
  let isDraining = false;
  notifySystemd('ready', process.env);
  const stop = (): void => {
    if (!isDraining) notifySystemd('stopping', process.env);
    void (isDraining ? serving.close() : serving.drain());
    isDraining = true;
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
