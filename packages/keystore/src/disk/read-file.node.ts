/**
 * Reads files safely: each is opened once, and checked and read through that handle, so it cannot be swapped between.
 */
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { SecureByteContext } from '@nomyo/crypto';
import { knownFileProblem, privateFileProblem, publicFileProblem } from './checks.js';
import { mountedFile } from './mounted.node.js';
import { factsOf, isLinkRefusal, ownReader, refuse, systemCode, unreadable } from './system.node.js';
import type { MemoryOptions } from '../storage/place.js';

/** A file that was read. */
export interface ReadFile {
  /** Its content. The caller disposes of it. */
  readonly content: SecureByteContext;
  /** A value that changes whenever another file takes its place. */
  readonly identity: string;
  /** Modification time, Unix time in ms. */
  readonly modifiedAt: number;
}

/** Without O_NONBLOCK, open() on a pipe would wait for a writer. Windows has none of these flags. */
export const READ_FLAGS: number =
  process.platform === 'win32'
    ? constants.O_RDONLY
    : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Reads a private key file; `undefined` if there is none.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID` (not a regular file of at most 64 KiB) or
 * `KEY_FILE_PERMISSIONS`
 */
export function readPrivateFile(path: string, memory: MemoryOptions): Promise<ReadFile | undefined> {
  return readChecked(path, privateFileProblem, memory);
}

/** Reads a public key file; `undefined` if there is none. Throws as {@link readPrivateFile} does. */
export function readPublicFile(path: string): Promise<ReadFile | undefined> {
  return readChecked(path, publicFileProblem, {});
}

/**
 * Reads a file of known keys or seen configurations; `undefined` if there is none. Throws as {@link readPrivateFile}
 * does.
 */
export function readKnownFile(path: string): Promise<ReadFile | undefined> {
  return readChecked(path, knownFileProblem, {});
}

/** The identity of the file that has this name now; `undefined` if there is none. See {@link ReadFile.identity}. */
export async function identityAt(path: string): Promise<string | undefined> {
  try {
    const stats = await lstat(path, { bigint: true });
    const mounted = stats.isSymbolicLink() ? await mountedFile(path) : undefined;
    return identityOf(mounted === undefined ? stats : await lstat(mounted, { bigint: true }));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

function identityOf({ dev, ino, mtimeNs, size }: BigIntStats): string {
  return [dev, ino, mtimeNs, size].join(':');
}

async function readChecked(
  path: string,
  problemOf: typeof privateFileProblem,
  memory: MemoryOptions,
): Promise<ReadFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    const opened = await openPlain(path);
    handle = opened.handle;
    const stats = await handle.stat({ bigint: true });
    refuse(path, problemOf({ ...factsOf(stats), isMounted: opened.isMounted }, ownReader()));
    const content = await readAll(handle, Number(stats.size), memory);
    return { content, identity: identityOf(stats), modifiedAt: Number(stats.mtimeMs) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  } finally {
    await handle?.close();
  }
}

/** Opens a file, but follows no link except those of a mounted Secret. */
async function openPlain(path: string): Promise<{ handle: FileHandle; isMounted: boolean }> {
  try {
    return { handle: await open(path, READ_FLAGS), isMounted: false };
  } catch (error) {
    const mounted = isLinkRefusal(error) ? await mountedFile(path) : undefined;
    if (mounted === undefined) throw error;
    return { handle: await open(mounted, READ_FLAGS), isMounted: true };
  }
}

/** Reads `size` bytes, or fewer if the file has become shorter, straight into protected memory. */
async function readAll(handle: FileHandle, size: number, memory: MemoryOptions): Promise<SecureByteContext> {
  const buffer = SecureByteContext.allocate(size, memory);
  return buffer.use(async (bytes) => {
    let length = 0;
    while (length < size) {
      const { bytesRead } = await handle.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return new SecureByteContext(bytes.subarray(0, length), memory);
  });
}
