/** Files that only their owner may read: created with mode 0600, never overwritten by accident. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, basename, join } from 'node:path';
import { UsageError } from '../../usage-error.js';

/** Read and written by the owner alone. */
const PRIVATE_MODE = 0o600;
const OTHERS = 0o077;

/** A file and the option that named it, for messages. */
export interface NamedFile {
  readonly option: string;
  readonly path: string;
}

/**
 * Creates a file atomically: readers see the whole file or none.
 *
 * @throws {UsageError} when it exists, or cannot be written
 */
export async function createPrivateFile({ option, path }: NamedFile, content: Uint8Array): Promise<void> {
  const draft = await writeDraft({ option, path }, content);
  try {
    // Unlike rename, a link never replaces a file.
    await link(draft, path);
  } catch (error) {
    const why =
      codeOf(error) === 'EEXIST'
        ? 'exists already, and is never overwritten'
        : `cannot be written: ${codeOf(error)}`;
    throw new UsageError(`${option} ${path} ${why}`);
  } finally {
    await unlink(draft);
  }
}

/** Replaces or creates a file. @throws {UsageError} when it cannot be written */
export async function replacePrivateFile(file: NamedFile, content: Uint8Array): Promise<void> {
  const draft = await writeDraft(file, content);
  try {
    await rename(draft, file.path);
  } catch (error) {
    await unlink(draft);
    throw new UsageError(`${file.option} ${file.path} cannot be written: ${codeOf(error)}`);
  }
}

async function writeDraft({ option, path }: NamedFile, content: Uint8Array): Promise<string> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', PRIVATE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be written: ${codeOf(error)}`);
  }
  return draft;
}

/**
 * Reads a file that no other user can read. The caller wipes the bytes.
 *
 * @throws {UsageError} when it cannot be read, or when other users can read it
 */
export async function readPrivateFile({ option, path }: NamedFile): Promise<Uint8Array> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new UsageError(`${option} ${path} can be read by others; run: chmod 600 ${path}`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option} ${path} cannot be read: ${codeOf(error)}`);
  }
}

/** A file that anybody may read: a certificate, a list of tiers. @throws {UsageError} when it cannot be read */
export async function readPublicFile({ option, path }: NamedFile): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be read: ${codeOf(error)}`);
  }
}

/** `ENOENT` and the like; never a message, which could quote more than the path. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
