import { resolve } from 'node:path';
import { makeDirectory } from './directory.node.js';
import { DirectoryLock, type HeldLock } from './lock.node.js';
import { waitFor } from './wait.node.js';

/** Creates a directory if it is missing, and waits for its lock. */
export async function lockDirectory(
  directory: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<HeldLock> {
  const path = resolve(directory);
  await makeDirectory(path);
  const lock = new DirectoryLock(path);
  return waitFor(path, { signal, background: false }, () => lock.tryAcquire());
}
