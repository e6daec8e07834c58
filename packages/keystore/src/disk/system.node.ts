/** What the operating system is asked, and how its answers become errors. */
import type { BigIntStats, Stats } from 'node:fs';
import { KeyStoreError } from '../errors.js';
import type { FileFacts, Problem, Reader } from './checks.js';

/** Windows has neither modes nor owners in the POSIX sense: its access lists are the administrator's. */
export const isWindows: boolean = process.platform === 'win32';

/** The user and the groups this process acts for. */
export function ownReader(): Reader {
  const group = process.getegid?.();
  const groups = [...(process.getgroups?.() ?? []), ...(group === undefined ? [] : [group])];
  return { uid: process.geteuid?.(), groups };
}

/** What the checks of files need to know; no modes and owners on Windows. */
export function factsOf(stats: Stats | BigIntStats): FileFacts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    size: Number(stats.size),
    mode: isWindows ? undefined : Number(stats.mode) & 0o7777,
    uid: isWindows ? undefined : Number(stats.uid),
    gid: isWindows ? undefined : Number(stats.gid),
  };
}

/** The code of an error that came from the system, such as `ENOENT`; `undefined` for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) {
    return undefined;
  }
  return typeof error.code === 'string' ? error.code : undefined;
}

/** @throws {KeyStoreError} the problem, where there is one */
export function refuse(path: string, problem: Problem | undefined): void {
  if (problem !== undefined) throw new KeyStoreError(problem.code, path, problem.message);
}

/** Whether open() met a symbolic link with O_NOFOLLOW: as Linux and macOS, FreeBSD, and NetBSD say it. */
export function isLinkRefusal(error: unknown): boolean {
  return ['ELOOP', 'EMLINK', 'EFTYPE'].includes(systemCode(error) ?? '');
}

/** An error of the system while something was read, as a {@link KeyStoreError}; any other error as it is. */
export function unreadable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (isLinkRefusal(error)) {
    const message =
      'it is a symbolic link, which is only followed inside a mounted Kubernetes Secret. Put the file itself there';
    return new KeyStoreError('KEY_FILE_INVALID', path, message, { cause: error });
  }
  const message = `it cannot be read (${code}). Check the path and who may read it`;
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, message, { cause: error });
}

/** An error of the system while something was written, as a {@link KeyStoreError}; any other error as it is. */
export function unwritable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const message = `it cannot be written (${code}). Nothing was changed; check space, and who may write to the directory`;
  return new KeyStoreError('KEY_FILE_UNWRITABLE', path, message, { cause: error });
}

/** What link() says where a file system has no hard links: FAT and exFAT (EISDIR on Windows), network drives, FUSE. */
const NO_LINKS = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EMLINK', 'EXDEV'];

/** Whether link() failed, next to a file just written, because the file system has no hard links. */
export function hasNoLinks(error: unknown): boolean {
  return NO_LINKS.includes(systemCode(error) ?? '');
}
