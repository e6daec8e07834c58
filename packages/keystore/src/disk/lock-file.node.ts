/** The numbered files of a lock: their names and their content. */
import { link, open, readFile, readlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { READ_FLAGS } from './read-file.node.js';
import { hasNoLinks, systemCode, unreadable } from './system.node.js';
import { CREATE_FLAGS, list, MODE, remove, writeTemporary } from './write-file.node.js';

/** Far more than a process id and a system's name take, in bytes; the rest of a larger file is not read. */
const MAX_LOCK_BYTES = 1024;

const LOCK_NAME = /^\.lock-([1-9]\d{0,14})$/;

/** A lock file that was read. */
export interface LockFile {
  /** The holder's process id and system, one per line; empty when the lock is not held. */
  readonly content: string;
  /** A value that changes whenever the holder touches the file. */
  readonly changed: string;
}

/** Path of the lock file with this number. */
export function lockPath(directory: string, number: number): string {
  return join(directory, `.lock-${String(number)}`);
}

/** Number of the lock file that counts; 0 if there is none. */
export async function highestNumber(directory: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(directory)));
}

/** Numbers of all lock files in the directory, in no order. */
export async function lockNumbers(directory: string): Promise<number[]> {
  const names = await list(directory);
  return names.map((name) => Number(LOCK_NAME.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
}

/**
 * Creates the file of a lock, with this process as its holder.
 *
 * @returns `whole`: it appeared with its content; `filled`: it was empty for a moment; `taken`: another process has it
 */
export async function createLock(path: string): Promise<'whole' | 'filled' | 'taken'> {
  const content = new TextEncoder().encode(`${String(process.pid)}\n${await systemName()}\n`);
  const temporary = await writeTemporary(path, content, MODE.privateFile);
  try {
    await link(temporary, path);
    return 'whole';
  } catch (error) {
    // Another process has taken that number, or holds the lock and has removed our temporary file.
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return 'taken';
    if (!hasNoLinks(error)) throw error;
    return await makeAndFill(path, content);
  } finally {
    await remove(temporary);
  }
}

async function makeAndFill(path: string, content: Uint8Array): Promise<'filled' | 'taken'> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, CREATE_FLAGS, MODE.privateFile);
    await handle.writeFile(content);
    return 'filled';
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'taken';
    throw error;
  } finally {
    await handle?.close();
  }
}

/** Reads a lock file; `undefined` if there is none. */
export async function readLock(path: string): Promise<LockFile | undefined> {
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

/** Reports whether the holder is known to be dead. Its process id only means something on the machine that gave it. */
export async function isGone(content: string): Promise<boolean> {
  const [pid = '', system = ''] = content.split('\n');
  if (!/^[1-9]\d{0,9}$/.test(pid) || system !== (await systemName())) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** A name for the range in which process ids are unique: a machine, since its last boot, and a container on it. */
async function systemName(): Promise<string> {
  const read = (promise: Promise<string>): Promise<string> => promise.catch(() => '');
  const boot = await read(readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const processes = await read(readlink('/proc/self/ns/pid'));
  return [hostname(), boot.trim(), processes].join(' ');
}
