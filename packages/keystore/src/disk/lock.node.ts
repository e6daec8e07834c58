/**
 * A lock among all processes that use a directory, on any machine, which survives kill -9 of its holder.
 *
 * Locks are numbered files: `.lock-1`, `.lock-2`, … The highest number counts. It is held while the file has content,
 * and its holder touches it every second; it is free when it is empty. To take a free or abandoned lock n is to link a
 * file, content and all, as n + 1, which one process alone can do. The highest file is never removed: a process that
 * was asleep meanwhile may create a lower number, and then sees that it has lost.
 *
 * A holder that does not move for 15 s, by the clock of the one who waits, has lost the lock. Where both run on one
 * machine, a process id that is gone says so at once; one that was given to another process costs only the wait.
 *
 * Where a file system has no hard links, the file is made under its name and then filled. For a moment it looks free,
 * so that two processes can take two numbers: the one with the higher number checks the one below again, and
 * steps back when that has been filled meanwhile.
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

/** The lock of one directory, from the side of one process that wants it. */
export class DirectoryLock {
  readonly #directory: string;
  /** What the holder's file looked like, and since when, in monotonic ms. */
  #seen = { state: '', since: 0 };

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The lock, or `undefined` when another process holds it.
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

  /** `undefined` when another process was faster. */
  async #take(number: number): Promise<HeldLock | undefined> {
    const path = lockPath(this.#directory, number);
    const how = await createLock(path);
    if (how === 'taken') return undefined;
    const numbers = await lockNumbers(this.#directory);
    if (Math.max(...numbers) !== number) {
      await remove(path);
      return undefined;
    }
    if (how === 'filled' && !(await this.#isStillFree(number - 1))) {
      // The highest file is never removed: an empty one is free.
      await truncate(path);
      return undefined;
    }
    for (const lower of numbers) if (lower < number) await remove(lockPath(this.#directory, lower));
    return new HeldLock(this.#directory, number, await open(path, constants.O_RDWR));
  }

  async #isAbandoned(number: number): Promise<boolean> {
    const file = await readLock(lockPath(this.#directory, number));
    // A file that is gone gave way to a higher number.
    return file !== undefined && this.#isFree(number, file);
  }

  /** Of the number below one that this process has taken: whoever removed it has lost as well. */
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

/** A lock that this process took. It can be lost, when the process does not move for long. */
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

  /** @throws {KeyStoreError} `KEY_FILE_UNWRITABLE` when another process took the lock over */
  async check(): Promise<void> {
    if ((await highestNumber(this.#directory)) !== this.#number) throw busy(this.#directory);
  }

  /** Frees the lock. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    try {
      await this.#handle.truncate(0);
    } catch {
      // It is abandoned then, and taken over as such.
    } finally {
      await this.#handle.close();
    }
  }

  async #touch(): Promise<void> {
    const now = new Date();
    await this.#handle.utimes(now, now).catch(() => undefined);
  }
}

/** Runs what needs the lock of a directory, without what dead processes left there, and frees the lock. */
export async function holding<T>(directory: string, lock: HeldLock, task: () => Promise<T>): Promise<T> {
  try {
    // Also fences off a holder that was asleep and lost the lock: what it wrote is gone before it can be renamed.
    await removeLeftovers(directory);
    return await task();
  } finally {
    await lock.release();
  }
}
