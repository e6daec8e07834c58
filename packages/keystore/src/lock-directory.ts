import * as platform from '#storage';
import { anAbortSignal, optional } from '@nomyo/base';
import { aPath } from './options.js';

/** A directory that is this process's until it is released. */
export interface DirectoryLease {
  /** Lets the next process have it. */
  release(): Promise<void>;
}

/**
 * Waits until no other process has the directory, which is made when it is missing, and keeps it: also from processes of
 * other containers and machines that share it. A process that is killed loses it.
 *
 * @param signal ends the wait. Default: it is given up after a minute
 * @throws {InvalidArgumentError} on a wrong argument, or in a runtime without files
 * @throws {KeyStoreError} when the directory cannot be used, or is kept by another process for a minute
 * @throws the signal's reason
 */
export async function lockDirectory(directory: string, signal?: AbortSignal): Promise<DirectoryLease> {
  optional('signal', signal, anAbortSignal, undefined);
  return platform.lockDirectory(aPath('directory', directory), signal);
}
