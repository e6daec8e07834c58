/** Queries to the operating system, and the conversion of its errors. */
import type { BigIntStats, Stats } from 'node:fs';
import { KeyStoreError } from '../errors.js';
import type { FileFacts, Problem, Reader } from './checks.js';

/** Windows has neither modes nor owners in the POSIX sense; its access lists are left to the administrator. */
export const isWindows: boolean = process.platform === 'win32';

/** The user and the groups this process acts for. */
export function ownReader(): Reader {
  const group = process.getegid?.();
  const groups = [...(process.getgroups?.() ?? []), ...(group === undefined ? [] : [group])];
  return { uid: process.geteuid?.(), groups };
}

/** The facts that the checks of files need; without mode and owner on Windows. */
export function factsOf(stats: Stats | BigIntStats): FileFacts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    size: Number(stats.size),
    mode: isWindows ? undefined : Number(stats.mode) & 0o7777,
    uid: isWindows ? undefined : Number(stats.uid),
    gid: isWindows ? undefined : Number(stats.gid),
  };
}

/** The code of an error from the operating system, such as `ENOENT`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) {
    return undefined;
  }
  return typeof error.code === 'string' ? error.code : undefined;
}

/** @throws {KeyStoreError} with the problem, if there is one */
export function refuse(path: string, problem: Problem | undefined): void {
  if (problem !== undefined) throw new KeyStoreError(problem.code, path, problem.message);
}

/** Reports whether open() refused a symbolic link (O_NOFOLLOW): the codes of Linux and macOS, FreeBSD, and NetBSD. */
export function isLinkRefusal(error: unknown): boolean {
  return ['ELOOP', 'EMLINK', 'EFTYPE'].includes(systemCode(error) ?? '');
}

/** Converts an error of the system during reading to a {@link KeyStoreError}; returns any other error unchanged. */
export function unreadable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (isLinkRefusal(error)) {
    const message =
      'it is a symbolic link; links are only followed inside a mounted Kubernetes Secret. Put the file itself there';
    return new KeyStoreError('KEY_FILE_INVALID', path, message, { cause: error });
  }
  const message = `it cannot be read (${code}). Check the path and its permissions`;
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, message, { cause: error });
}

/** Converts an error of the system during writing to a {@link KeyStoreError}; returns any other error unchanged. */
export function unwritable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const message = `it cannot be written (${code}). Nothing was changed; check the free space and the directory's permissions`;
  return new KeyStoreError('KEY_FILE_UNWRITABLE', path, message, { cause: error });
}

/** Codes of link() on file systems without hard links: FAT and exFAT (EISDIR on Windows), network drives, FUSE. */
const NO_LINKS = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EMLINK', 'EXDEV'];

/**
 * Reports whether link() failed because the file system has no hard links: a file was just written to the directory.
 */
export function hasNoLinks(error: unknown): boolean {
  return NO_LINKS.includes(systemCode(error) ?? '');
}
