/** What the operating system is asked, and how its answers become errors. */
import type { BigIntStats, Stats } from 'node:fs';
import { KeyStoreError } from '../errors.js';
import type { FileFacts, Problem } from './checks.js';

/** Windows has neither modes nor owners in the POSIX sense: its access lists are the administrator's. */
const isWindows = process.platform === 'win32';

/** The user this process acts for; `undefined` on Windows. */
export function ownUid(): number | undefined {
  return process.geteuid?.();
}

export function factsOf(stats: Stats | BigIntStats): FileFacts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    size: Number(stats.size),
    mode: isWindows ? undefined : Number(stats.mode) & 0o7777,
    uid: isWindows ? undefined : Number(stats.uid),
  };
}

/** The code of an error that came from the system, such as `ENOENT`; `undefined` for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) {
    return undefined;
  }
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Throws what {@link FileFacts} say is wrong. */
export function refuse(path: string, problem: Problem | undefined): void {
  if (problem !== undefined) throw new KeyStoreError(problem.code, path, problem.message);
}

/** Errors of the system while something is read. */
export function unreadable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  // What open() says with O_NOFOLLOW: Linux and macOS, FreeBSD, NetBSD.
  if (['ELOOP', 'EMLINK', 'EFTYPE'].includes(code)) {
    const message = 'it is a symbolic link, which is not followed. Put the file itself there';
    return new KeyStoreError('KEY_FILE_INVALID', path, message, { cause: error });
  }
  const message = `it cannot be read (${code}). Check the path and who may read it`;
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, message, { cause: error });
}

/** Errors of the system while something is written. */
export function unwritable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const message = `it cannot be written (${code}). Nothing was changed; check space, and who may write to the directory`;
  return new KeyStoreError('KEY_FILE_UNWRITABLE', path, message, { cause: error });
}
