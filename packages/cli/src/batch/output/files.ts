/** Files that only their owner can read, and that are there as a whole or not at all. */
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Of every file that a batch writes. */
export const PRIVATE_MODE = 0o600;

/** Opens a file anew: what stood in it is gone. A link in its place is not followed. */
export function createPrivate(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, PRIVATE_MODE);
  // A file that was there keeps its mode otherwise.
  fchmodSync(fd, PRIVATE_MODE);
  return fd;
}

/** @param at where, in bytes; without it, after what was written last */
export function writeFully(fd: number, bytes: Uint8Array, at: number | null = null): void {
  for (let done = 0; done < bytes.byteLength;) {
    done += writeSync(fd, bytes, done, bytes.byteLength - done, at === null ? null : at + done);
  }
}

/** @throws {Error} when the file is shorter */
export function readExactly(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(length));
  for (let done = 0; done < length;) {
    const read = readSync(fd, bytes, done, length - done, offset + done);
    if (read === 0) throw new Error('the journal became shorter while it was read');
    done += read;
  }
  return bytes;
}

/** Moves a finished file into its place, and flushes the directory. */
export function putInPlace(from: string, to: string): void {
  renameSync(from, to);
  syncDirectory(dirname(to));
}

/** Makes a name durable. Not every system can; then the file system has its own ways. */
function syncDirectory(path: string): void {
  try {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows has no such thing.
  }
}

/** Writes a small file as a whole. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const beside = `${path}.new`;
  const fd = createPrivate(beside);
  try {
    writeFully(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  putInPlace(beside, path);
}

/** Reports whether there is something of that name, a broken link too. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
