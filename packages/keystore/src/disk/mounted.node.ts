/**
 * Mounted Kubernetes Secrets. Kubernetes writes all keys of a Secret into a directory of their own, such as
 * `..2026_11_28_09_30_00.1234`, points the link `..data` at it, and each name, as a link, into `..data`: to replace all of
 * them in one step is to replace that link. No other link is ever followed.
 */
import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Stats } from 'node:fs';
import { isPrivateToWriters, isTrustworthy } from './checks.js';
import { factsOf, isWindows, ownReader, systemCode } from './system.node.js';

const DATA = '..data';

/** A directory next to the links: its name begins with two dots and is more than that. */
const DATA_DIRECTORY = /^\.\.[^/]+$/;

/** Whether a directory is laid out as a mounted Secret. Nothing can be written into one. */
export async function isSecretMount(directory: string): Promise<boolean> {
  return !isWindows && (await dataDirectory(directory)) !== undefined;
}

/**
 * Where the file is that a link in a mounted Secret stands for; `undefined` for any other link, and for one that
 * may have been put there by another user than this one or root.
 */
export async function mountedFile(path: string): Promise<string | undefined> {
  if (isWindows) return undefined;
  const [directory, name] = [dirname(path), basename(path)];
  const data = await dataDirectory(directory);
  if (data === undefined || (await trustedLink(path)) !== `${DATA}/${name}`) return undefined;
  return join(data, name);
}

async function dataDirectory(directory: string): Promise<string | undefined> {
  const name = await trustedLink(join(directory, DATA));
  if (name === undefined || !DATA_DIRECTORY.test(name) || name === DATA) return undefined;
  const path = join(directory, name);
  const stats = await statOf(path);
  if (stats === undefined || !isPrivateToWriters(factsOf(stats), ownReader())) return undefined;
  return path;
}

/** What a link says. */
async function trustedLink(path: string): Promise<string | undefined> {
  const stats = await statOf(path);
  if (stats?.isSymbolicLink() !== true || !isTrustworthy(factsOf(stats), ownReader())) return undefined;
  return readlink(path);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
