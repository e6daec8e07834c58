/** The directory itself: made with its mode, checked, and kept out of git. */
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyStoreError } from '../errors.js';
import { directoryProblem } from './checks.js';
import { isSecretMount } from './mounted.node.js';
import { factsOf, ownReader, refuse, systemCode, unreadable, unwritable } from './system.node.js';
import { commitNew, list, MODE, remove, writeTemporary } from './write-file.node.js';

const GITIGNORE = '.gitignore';

/**
 * Whether the directory is there, and can be read from.
 *
 * @throws {KeyStoreError} `KEY_FILE_PERMISSIONS` when others can write to it, or it belongs to another user;
 * `KEY_FILE_UNREADABLE`
 */
export async function checkDirectory(path: string): Promise<boolean> {
  try {
    const problem = directoryProblem(factsOf(await stat(path)), ownReader());
    // Kubernetes mounts a Secret with mode 1777, and read-only: what its links say is checked file by file.
    if (problem !== undefined && !(await isSecretMount(path))) refuse(path, problem);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

/**
 * Makes the directory with its parents, unless it is there, and checks it.
 *
 * @throws {KeyStoreError} as {@link checkDirectory} does; `KEY_FILE_UNWRITABLE`
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (error) {
    throw unwritable(path, error);
  }
  if (!(await checkDirectory(path))) {
    throw new KeyStoreError(
      'KEY_FILE_UNREADABLE',
      path,
      'it is a link to nowhere. Remove it, or make its target',
    );
  }
  if (await isSecretMount(path)) {
    const message = 'it is a mounted Kubernetes Secret, which cannot be written to';
    throw new KeyStoreError('KEY_FILE_UNWRITABLE', path, message);
  }
}

/**
 * By hand, because Node's recursive `mkdir` never returns where a file system says ENOENT though the parent is there
 * (nodejs/node#31177): /proc does, and so do some network drives.
 */
async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: MODE.directory });
  } catch (error) {
    // A file in its place is described better by the check that follows.
    if (await isThere(path)) return;
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || (await isThere(parent))) throw error;
    await makeWithParents(parent);
    await mkdir(path, { mode: MODE.directory });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
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
