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
 */
import { constants } from 'node:fs';
import { link, open, readFile, readlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { READ_FLAGS } from './read-file.node.js';
import { systemCode, unlinkable, unreadable, unwritable } from './system.node.js';
import { busy } from './wait.node.js';
import { list, MODE, remove, removeLeftovers, writeTemporary } from './write-file.node.js';

const TIMES = { beatMs: 1_000, staleMs: 15_000 } as const;

/** Far more than a process id and the name of a system: the rest of a larger file is not read. In bytes. */
const MAX_LOCK_BYTES = 1024;

const LOCK_NAME = /^\.lock-([1-9]\d{0,14})$/;

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
      return await createLock(this.#directory, highest + 1);
    } catch (error) {
      throw unwritable(this.#directory, error);
    }
  }

  async #isAbandoned(number: number): Promise<boolean> {
    const path = lockPath(this.#directory, number);
    const file = await readLock(path);
    // A file that is gone gave way to a higher number.
    if (file === undefined) return false;
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

function lockPath(directory: string, number: number): string {
  return join(directory, `.lock-${String(number)}`);
}

/** Of the lock that counts; 0 when there is none. */
async function highestNumber(directory: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(directory)));
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await list(directory);
  return names.map((name) => Number(LOCK_NAME.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
}

/** `undefined` when another process was faster. */
async function createLock(directory: string, number: number): Promise<HeldLock | undefined> {
  const path = lockPath(directory, number);
  const content = new TextEncoder().encode(`${String(process.pid)}\n${await systemName()}\n`);
  const temporary = await writeTemporary(path, content, MODE.privateFile);
  try {
    await link(temporary, path);
  } catch (error) {
    // Another process has that number, or has the lock and has tidied up.
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return undefined;
    throw unlinkable(directory, error);
  } finally {
    await remove(temporary);
  }
  const numbers = await lockNumbers(directory);
  if (Math.max(...numbers) === number) {
    for (const lower of numbers) if (lower < number) await remove(lockPath(directory, lower));
    return new HeldLock(directory, number, await open(path, constants.O_RDWR));
  }
  await remove(path);
  return undefined;
}

async function readLock(path: string): Promise<{ content: string; changed: string } | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, READ_FLAGS);
    const { ino, mtimeNs } = await handle.stat({ bigint: true });
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_LOCK_BYTES), 0, MAX_LOCK_BYTES);
    return { content: buffer.toString('utf8', 0, bytesRead), changed: [ino, mtimeNs].join(':') };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  } finally {
    await handle?.close();
  }
}

/** Whether the holder is known to be dead: a process id says so only on the machine that gave it. */
async function isGone(content: string): Promise<boolean> {
  const [pid = '', system = ''] = content.split('\n');
  if (!/^[1-9]\d{0,9}$/.test(pid) || system !== (await systemName())) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** Tells apart machines, their boots, and containers, each of which counts its processes anew. */
async function systemName(): Promise<string> {
  const read = (promise: Promise<string>): Promise<string> => promise.catch(() => '');
  const boot = await read(readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const processes = await read(readlink('/proc/self/ns/pid'));
  return [hostname(), boot.trim(), processes].join(' ');
}
