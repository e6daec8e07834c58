/** The key directory itself: created with its mode, checked, and kept out of git. */
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyStoreError } from '../errors.js';
import { directoryProblem } from './checks.js';
import { isSecretMount } from './mounted.node.js';
import { factsOf, ownReader, refuse, systemCode, unreadable, unwritable } from './system.node.js';
import { commitNew, list, MODE, remove, writeTemporary } from './write-file.node.js';

const GITIGNORE = '.gitignore';

/**
 * Checks that the directory can be used, if it exists.
 *
 * @returns whether it exists
 * @throws {KeyStoreError} `KEY_FILE_PERMISSIONS` when others can write to it, or it belongs to another user;
 * `KEY_FILE_UNREADABLE`
 */
export async function checkDirectory(path: string): Promise<boolean> {
  try {
    const problem = directoryProblem(factsOf(await stat(path)), ownReader());
    // Kubernetes mounts a Secret read-only with mode 1777; its links are checked file by file.
    if (problem !== undefined && !(await isSecretMount(path))) refuse(path, problem);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

/**
 * Creates the directory and its parents if it is missing, and checks it.
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
      'it is a link whose target does not exist. Remove the link, or create its target',
    );
  }
  if (await isSecretMount(path)) {
    const message = 'it is a mounted Kubernetes Secret, which cannot be written to';
    throw new KeyStoreError('KEY_FILE_UNWRITABLE', path, message);
  }
}

/**
 * Replaces Node's recursive `mkdir`, which never returns where a file system reports ENOENT although the parent exists,
 * as /proc and some network drives do (nodejs/node#31177).
 */
async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: MODE.directory });
  } catch (error) {
    // If a file is in its place, the check that follows describes it better.
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

/**
 * Keeps keys out of git by a `.gitignore`, but only in a directory that holds nothing else, which it would hide too.
 */
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
