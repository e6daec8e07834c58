/** The directory itself: made with its mode, checked, and kept out of git. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryProblem } from './checks.js';
import { factsOf, ownUid, refuse, systemCode, unreadable, unwritable } from './system.node.js';
import { commitNew, list, MODE, remove, writeTemporary } from './write-file.node.js';

const GITIGNORE = '.gitignore';

/**
 * Whether the directory is there.
 *
 * @throws {KeyStoreError} `KEY_FILE_PERMISSIONS` when others can write to it, or it belongs to another user;
 * `KEY_FILE_UNREADABLE`
 */
export async function checkDirectory(path: string): Promise<boolean> {
  try {
    refuse(path, directoryProblem(factsOf(await stat(path)), ownUid()));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

/** Makes the directory with its parents, unless it is there, and checks it. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: MODE.directory });
  } catch (error) {
    // A file in its place is described better by the check.
    if (systemCode(error) !== 'EEXIST') throw unwritable(path, error);
  }
  await checkDirectory(path);
}

/** Keeps keys out of git, in a directory that holds nothing else: a file that says so would hide the rest as well. */
export async function ignoreInGit(directory: string): Promise<void> {
  const names = await list(directory);
  if (names.some((name) => !name.startsWith('.lock-'))) return;
  const path = join(directory, GITIGNORE);
  const temporary = await writeTemporary(path, new TextEncoder().encode('*\n'), MODE.publicFile);
  try {
    await commitNew(temporary, path);
  } finally {
    await remove(temporary);
  }
}
