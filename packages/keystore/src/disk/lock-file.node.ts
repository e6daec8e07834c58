/** The numbered files of a lock: their names, and what is in them. */
import { link, open, readFile, readlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { READ_FLAGS } from './read-file.node.js';
import { hasNoLinks, systemCode, unreadable } from './system.node.js';
import { CREATE_FLAGS, list, MODE, remove, writeTemporary } from './write-file.node.js';

/** Far more than a process id and the name of a system: the rest of a larger file is not read. In bytes. */
const MAX_LOCK_BYTES = 1024;

const LOCK_NAME = /^\.lock-([1-9]\d{0,14})$/;

/** One of the files. */
export interface LockFile {
  /** The holder's process id and system, a line each; empty: not held. */
  readonly content: string;
  /** Differs after each sign of life of the holder. */
  readonly changed: string;
}

/** Path of the lock file with this number. */
export function lockPath(directory: string, number: number): string {
  return join(directory, `.lock-${String(number)}`);
}

/** Of the lock that counts; 0 when there is none. */
export async function highestNumber(directory: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(directory)));
}

/** Numbers of all lock files in the directory, in no order. */
export async function lockNumbers(directory: string): Promise<number[]> {
  const names = await list(directory);
  return names.map((name) => Number(LOCK_NAME.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
}

/**
 * Makes the file of a lock that this process holds.
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
    // Another process has that number, or has the lock and has tidied up.
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

/** `undefined` when there is no such file. */
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

/** Whether the holder is known to be dead: a process id says so only on the machine that gave it. */
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

/** Tells apart machines, their boots, and containers, each of which counts its processes anew. */
async function systemName(): Promise<string> {
  const read = (promise: Promise<string>): Promise<string> => promise.catch(() => '');
  const boot = await read(readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const processes = await read(readlink('/proc/self/ns/pid'));
  return [hostname(), boot.trim(), processes].join(' ');
}
