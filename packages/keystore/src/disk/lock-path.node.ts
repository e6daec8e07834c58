import { resolve } from 'node:path';
import { makeDirectory } from './directory.node.js';
import { DirectoryLock, type HeldLock } from './lock.node.js';
import { waitFor } from './wait.node.js';

/** The lock of a directory, which holds nothing else. */
export async function lockPath(
  directory: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<HeldLock> {
  const path = resolve(directory);
  await makeDirectory(path);
  const lock = new DirectoryLock(path);
  return waitFor(path, { signal, background: false }, () => lock.tryAcquire());
}
