/**
 * A lock among all processes that use a directory, on any machine, which survives kill -9 of its holder.
 *
 * Locks are numbered files: `.lock-1`, `.lock-2`, … The highest number counts. The lock is held while that file has
 * content, and its holder touches it every second; it is free when the file is empty. A process takes a free or
 * abandoned lock n by linking a file, complete with its content, as n + 1, in which only one process can succeed. The
 * highest file is never removed: a process that was suspended in between may create a lower number, and then sees that
 * it has lost.
 *
 * A holder that gives no sign of life for 15 s, by the clock of the waiting process, has lost the lock. If both run on
 * one machine, the waiting process sees at once that the holder's process id no longer exists; if that id has been
 * reused, it only waits out the 15 s.
 *
 * On a file system without hard links, the file is created under its name and then filled. For a moment it looks free,
 * so two processes can take two numbers: the one with the higher number checks the one below again, and withdraws if
 * that has been filled in the meantime.
 */
import { constants } from 'node:fs';
import { open, truncate, type FileHandle } from 'node:fs/promises';
import {
  createLock,
  highestNumber,
  isGone,
  lockNumbers,
  lockPath,
  readLock,
  type LockFile,
} from './lock-file.node.js';
import { unwritable } from './system.node.js';
import { busy } from './wait.node.js';
import { remove, removeLeftovers } from './write-file.node.js';

const TIMES = { beatMs: 1_000, staleMs: 15_000 } as const;

/** The lock of one directory, as seen by one process that wants it. */
export class DirectoryLock {
  readonly #directory: string;
  /** The last state seen of the holder's file, and the time it was first seen, in monotonic ms. */
  #seen = { state: '', since: 0 };

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Takes the lock; `undefined` when another process holds it.
   *
   * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE`
   */
  async tryAcquire(): Promise<HeldLock | undefined> {
    try {
      const highest = await highestNumber(this.#directory);
      if (highest > 0 && !(await this.#isAbandoned(highest))) return undefined;
      return await this.#take(highest + 1);
    } catch (error) {
      throw unwritable(this.#directory, error);
    }
  }

  /** Takes the lock under this number; `undefined` when another process was faster. */
  async #take(number: number): Promise<HeldLock | undefined> {
    const path = lockPath(this.#directory, number);
    const outcome = await createLock(path);
    if (outcome === 'taken') return undefined;
    const numbers = await lockNumbers(this.#directory);
    if (Math.max(...numbers) !== number) {
      await remove(path);
      return undefined;
    }
    if (outcome === 'filled' && !(await this.#isStillFree(number - 1))) {
      // The highest file is never removed; emptying it frees the lock.
      await truncate(path);
      return undefined;
    }
    for (const lower of numbers) if (lower < number) await remove(lockPath(this.#directory, lower));
    return new HeldLock(this.#directory, number, await open(path, constants.O_RDWR));
  }

  async #isAbandoned(number: number): Promise<boolean> {
    const file = await readLock(lockPath(this.#directory, number));
    // A file that no longer exists has given way to a higher number.
    return file !== undefined && this.#isFree(number, file);
  }

  /** Checks the number below the one this process has taken. A process that removed that file has lost as well. */
  async #isStillFree(number: number): Promise<boolean> {
    const file = await readLock(lockPath(this.#directory, number));
    return file === undefined || this.#isFree(number, file);
  }

  async #isFree(number: number, file: LockFile): Promise<boolean> {
    if (file.content === '') return true;
    const state = `${String(number)} ${file.changed}`;
    if (state !== this.#seen.state) this.#seen = { state, since: performance.now() };
    return performance.now() - this.#seen.since > TIMES.staleMs || (await isGone(file.content));
  }
}

/** A lock that this process holds. It can be lost if the process is suspended for long. */
export class HeldLock {
  readonly #directory: string;
  readonly #number: number;
  readonly #handle: FileHandle;
  readonly #beat: NodeJS.Timeout;

  constructor(directory: string, number: number, handle: FileHandle) {
    this.#directory = directory;
    this.#number = number;
    this.#handle = handle;
    this.#beat = setInterval(() => void this.#touch(), TIMES.beatMs);
    this.#beat.unref();
  }

  /** @throws {KeyStoreError} `KEY_FILE_UNWRITABLE` when another process has taken over the lock */
  async check(): Promise<void> {
    if ((await highestNumber(this.#directory)) !== this.#number) throw busy(this.#directory);
  }

  /** Frees the lock. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    try {
      await this.#handle.truncate(0);
    } catch {
      // The lock then counts as abandoned, and is taken over as such.
    } finally {
      await this.#handle.close();
    }
  }

  async #touch(): Promise<void> {
    const now = new Date();
    await this.#handle.utimes(now, now).catch(() => undefined);
  }
}

/** Removes the temporary files of dead processes, runs `task` under the lock, and frees the lock. */
export async function holding<T>(directory: string, lock: HeldLock, task: () => Promise<T>): Promise<T> {
  try {
    // Also stops a holder that was suspended and lost the lock: its temporary files are gone before it can rename them.
    await removeLeftovers(directory);
    return await task();
  } finally {
    await lock.release();
  }
}
