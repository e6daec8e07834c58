/** `nomyo-router keys root | delegate | revoke | inspect`. */
import type { Command } from 'commander';
import { createRoot } from '../keys/root.js';
import { delegate, revoke } from '../keys/delegate.js';
import { inspect } from '../keys/inspect.js';
import type { Print } from './surroundings.js';
import { realmName, wholeNumber } from './values.js';

/** SPEC §4.4: a stolen signer is usable until its delegation ends. */
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

interface DelegateOptions {
  readonly root: string;
  readonly realm: string;
  readonly days: number;
  readonly epoch: number;
  readonly output: string;
}

interface RevokeOptions {
  readonly root: string;
  readonly signer: string;
  readonly days: number;
  readonly output: string;
}

/** Adds the group `keys` to the program. */
export function addKeyCommands(program: Command, print: Print): void {
  const group = program
    .command('keys')
    .description('the root (offline), the signers it delegates to, and what a gateway publishes');
  const days = wholeNumber(1, MAX_DAYS);
  group
    .command('root')
    .description('creates the root key and prints the pin that clients need; keep the file offline')
    .requiredOption('-o, --output <file>', 'PEM, created with mode 0600; never overwrites an existing file')
    .action(async ({ output }: { output: string }) => print(await createRoot(output)));
  group
    .command('delegate')
    .description('creates a signer for one realm, for use with `serve`')
    .requiredOption('--root <file>', 'PEM of the root')
    .requiredOption('--realm <name>', 'the host that clients use, without a port', realmName)
    .option('--days <n>', 'days until the delegation ends', days, DEFAULT_DAYS)
    .option(
      '--epoch <n>',
      'of the delegation; clients refuse a lower one than they have seen',
      wholeNumber(0, 999_999_999),
      1,
    )
    .requiredOption('-o, --output <file>', 'created with mode 0600; never overwrites an existing file')
    .action(async (options: DelegateOptions) => printAll(print, await delegate(options)));
  addRevoke(group, print);
  addInspect(group, print);
}

function addRevoke(group: Command, print: Print): void {
  group
    .command('revoke')
    .description('creates a signer with the next epoch; clients that have seen it refuse the old one')
    .requiredOption('--root <file>', 'PEM of the root')
    .requiredOption('--signer <file>', 'the signer to revoke')
    .option('--days <n>', 'days until the new delegation ends', wholeNumber(1, MAX_DAYS), DEFAULT_DAYS)
    .requiredOption('-o, --output <file>', 'the new signer; created with mode 0600, never overwrites')
    .action(async (options: RevokeOptions) => printAll(print, await revoke(options)));
}

function addInspect(group: Command, print: Print): void {
  group
    .command('inspect <document>')
    .description('prints the contents of a signer or of a key configuration (a file, or an https: URL)')
    .option('--root <pin>', 'check the signatures against this root')
    .action(async (source: string, { root }: { root?: string }) =>
      printAll(print, await inspect(source, root)),
    );
}

function printAll(print: Print, lines: readonly string[]): void {
  for (const line of lines) print(line);
}
