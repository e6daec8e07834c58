/**
 * Writes files atomically: a file appears under its name complete, with its mode and safely on the disk, or not at all.
 * It is written under a temporary name, synced, and then linked (which never replaces anything) or renamed (which
 * replaces in one step). Its mode is never changed afterwards.
 */
import { constants } from 'node:fs';
import { link, lstat, open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { KeyStoreError } from '../errors.js';
import { hasNoLinks, systemCode, unreadable, unwritable } from './system.node.js';

const TEMPORARY = /^\..+\.[0-9a-f]{24}\.tmp$/;

/** Modes of new files and directories; the umask of the process can only narrow them. */
export const MODE = { privateFile: 0o600, publicFile: 0o644, directory: 0o700 } as const;

/** Flags that create a file, and fail if the name is taken. */
export const CREATE_FLAGS: number =
  process.platform === 'win32'
    ? constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
    : constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes and syncs `content` to a temporary file in the directory of `path`.
 *
 * @returns the temporary path
 * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE`; no file is left in that case
 */
export async function writeTemporary(path: string, content: Uint8Array, mode: number): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(12).toString('hex')}.tmp`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, CREATE_FLAGS, mode);
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    return temporary;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    if (handle !== undefined) await remove(temporary);
    throw unwritable(path, error);
  }
}

/**
 * Gives a temporary file its name, which must be free. The caller holds the lock of the directory: without hard links,
 * only that keeps the name free between the check and the rename.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS`, or `KEY_FILE_UNWRITABLE`
 */
export async function commitNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!hasNoLinks(error)) throw notCommitted(path, error);
    if (await exists(path)) throw isTaken(path);
    return commitOver(temporary, path);
  }
  await remove(temporary);
}

function notCommitted(path: string, error: unknown): unknown {
  return systemCode(error) === 'EEXIST' ? isTaken(path) : unwritable(path, error);
}

/** The error when a file already exists where a new one was to be written. */
export function isTaken(path: string): KeyStoreError {
  return new KeyStoreError(
    'KEY_FILE_EXISTS',
    path,
    'it already exists, and is never overwritten. Choose another directory, or move it away',
  );
}

/**
 * Reports whether a file exists.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

/** Gives a temporary file its name, replacing any file of that name. */
export async function commitOver(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Codes of fsync() on file systems that cannot sync a directory. */
const NOTHING_TO_SYNC = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Makes links, renames and removals in a directory survive a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.sync();
  } catch (error) {
    if (!NOTHING_TO_SYNC.includes(systemCode(error) ?? '')) throw unwritable(directory, error);
  } finally {
    await handle?.close();
  }
}

/** Reports whether temporary files are left in a directory. */
export async function hasLeftovers(directory: string): Promise<boolean> {
  return (await leftovers(directory)).length > 0;
}

/** Removes temporary files. The caller holds the directory's lock, so their writers are dead. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await leftovers(directory)) await remove(join(directory, name));
}

/** Removes a file, if it exists and can be removed. */
export async function remove(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

/** The names in a directory. */
export async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw unreadable(directory, error);
  }
}

async function leftovers(directory: string): Promise<string[]> {
  return (await list(directory)).filter((name) => TEMPORARY.test(name));
}
