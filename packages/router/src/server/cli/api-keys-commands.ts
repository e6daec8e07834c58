/** `nomyo-router api-keys add | list | remove`. */
import { open, unlink } from 'node:fs/promises';
import { type Command } from 'commander';
import { makeApiKey, type ApiKeyEntry } from '../access/api-key.js';
import { decodeApiKeys, encodeApiKeys } from '../access/api-keys-file.js';
import { codeOf, readPrivateFile, replacePrivateFile, type NamedFile } from '../files/private-file.js';
import type { Tier } from '../json/values.js';
import type { Print } from './surroundings.js';
import { UsageError } from '../../usage-error.js';
import { keyName, tierList, wholeNumber } from './values.js';

interface AddOptions {
  readonly file: string;
  readonly name: string;
  readonly tiers?: readonly Tier[];
  readonly perMinute?: number;
}

const MAX_PER_MINUTE = 1_000_000;

/** Adds the group `api-keys` to the program. */
export function addApiKeyCommands(program: Command, print: Print): void {
  const group = program
    .command('api-keys')
    .description('the API keys of clients; the file holds salted hashes only');
  group
    .command('add')
    .description('creates a key and prints it as the last line; it cannot be shown again')
    .requiredOption('--file <file>', 'file of API keys; created with mode 0600 if missing')
    .requiredOption('--name <name>', 'whom the key is for', keyName)
    .option('--tiers <list>', 'tiers that the key may request (default: any)', tierList)
    .option('--per-minute <n>', 'requests per minute (default: no limit)', wholeNumber(1, MAX_PER_MINUTE))
    .action((options: AddOptions) => add(options, print));
  group
    .command('list')
    .description('prints id, date and name of each key')
    .requiredOption('--file <file>', 'file of API keys')
    .action(({ file }: { file: string }) => list(file, print));
  group
    .command('remove <id>')
    .description('removes a key; a running router notices within a second')
    .requiredOption('--file <file>', 'file of API keys')
    .action((id: string, { file }: { file: string }) => remove(id, file));
}

async function add({ file, name, tiers, perMinute }: AddOptions, print: Print): Promise<void> {
  const { key, entry } = makeApiKey(
    { name, ...(tiers === undefined ? {} : { tiers }), ...(perMinute === undefined ? {} : { perMinute }) },
    new Date(),
  );
  await update(file, (entries) => [...entries, entry], true);
  print(`added ${entry.id} for ${name} to ${file}; the key is shown once:`);
  print(key);
}

async function list(path: string, print: Print): Promise<void> {
  const file = named(path);
  for (const { id, created, name, tiers, perMinute } of decodeApiKeys(file, await readPrivateFile(file))) {
    const limits = [tiers?.join(','), perMinute === undefined ? undefined : `${String(perMinute)}/min`];
    print([id, created, name, ...limits.filter((text) => text !== undefined)].join('  '));
  }
}

async function remove(id: string, file: string): Promise<void> {
  await update(file, (entries) => {
    const left = entries.filter((entry) => entry.id !== id);
    if (left.length === entries.length) throw new UsageError(`${file} holds no key with the id ${id}`);
    return left;
  });
}

/** One writer at a time, by a lock file next to the file, so that concurrent additions are not lost. */
async function update(
  path: string,
  change: (entries: readonly ApiKeyEntry[]) => readonly ApiKeyEntry[],
  mayCreate = false,
): Promise<void> {
  const file = named(path);
  const lock = `${path}.lock`;
  await takeLock(file, lock);
  try {
    const entries = await readEntries(file, mayCreate);
    await replacePrivateFile(file, encodeApiKeys(change(entries)));
  } finally {
    await unlink(lock);
  }
}

async function takeLock({ option, path }: NamedFile, lock: string): Promise<void> {
  try {
    await (await open(lock, 'wx')).close();
  } catch (error) {
    const code = codeOf(error);
    throw new UsageError(
      code === 'EEXIST'
        ? `${option} ${path} is being changed by another process; if not, remove ${lock}`
        : `${option} ${path} cannot be changed: ${code}`,
    );
  }
}

async function readEntries(file: NamedFile, mayCreate: boolean): Promise<readonly ApiKeyEntry[]> {
  try {
    return decodeApiKeys(file, await readPrivateFile(file));
  } catch (error) {
    if (mayCreate && error instanceof UsageError && error.message.endsWith('ENOENT')) return [];
    throw error;
  }
}

function named(path: string): NamedFile {
  return { option: '--file', path };
}
