/**
 * Mounted Kubernetes Secrets. Kubernetes writes all keys of a Secret into a separate directory, such as
 * `..2026_11_28_09_30_00.1234`, makes `..data` a link to it, and each name a link into `..data`. Replacing that one
 * link then replaces all keys in one step. No other link is ever followed.
 */
import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Stats } from 'node:fs';
import { isPrivateToWriters, isTrustworthy } from './checks.js';
import { factsOf, isWindows, ownReader, systemCode } from './system.node.js';

const DATA = '..data';

/** Name of a directory next to the links: two dots and at least one more character. */
const DATA_DIRECTORY = /^\.\.[^/]+$/;

/** Reports whether a directory is laid out as a mounted Secret, into which nothing can be written. */
export async function isSecretMount(directory: string): Promise<boolean> {
  return !isWindows && (await dataDirectory(directory)) !== undefined;
}

/**
 * The path of the file behind a link in a mounted Secret; `undefined` for any other link, and for one that a user other
 * than this one or root may have made.
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

/** The target of a link that only this user or root can have made; `undefined` for anything else. */
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
