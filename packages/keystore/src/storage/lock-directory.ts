import * as platform from '#storage';
import { anAbortSignal, optional } from '@nomyo/base';
import { aPath } from '../options.js';

/** The exclusive use of a directory until it is released. */
export interface DirectoryLease {
  /** Lets the next process have the directory. */
  release(): Promise<void>;
}

/**
 * Locks a directory, which is created if it is missing, waiting up to a minute for other processes. The lock also holds
 * against processes in other containers and on other machines that share the directory. A process that is killed loses
 * it.
 *
 * @param signal ends the wait early. Default: none
 * @throws {InvalidArgumentError} on an invalid argument, or in a runtime without files
 * @throws {KeyStoreError} when the directory cannot be used, or another process holds it for a minute
 * @throws the signal's reason
 * @example
 * const lease = await lockDirectory('spool');
 * try {
 *   await work();
 * } finally {
 *   await lease.release();
 * }
 */
export async function lockDirectory(directory: string, signal?: AbortSignal): Promise<DirectoryLease> {
  optional('signal', signal, anAbortSignal, undefined);
  return platform.lockDirectory(aPath('directory', directory), signal);
}
