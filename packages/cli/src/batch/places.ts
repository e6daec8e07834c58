/** Where a batch writes: in directories that are there, and over nothing that it reads or writes elsewhere. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isObject } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import type { OutputPaths } from './output/publisher.js';

/** Files that a batch keeps next to its output, or next to a file of errors. */
const BESIDE = ['', '.partial', '.journal', '.journal.new', '.lock'] as const;

/**
 * @param reads files that are read, by their flags
 * @throws {UsageError} when a directory is missing, or when two files would be one
 */
export function checkPlaces(
  { output, errors }: OutputPaths,
  reads: Readonly<Record<string, string | undefined>>,
): void {
  const taken = new Map<string, string>();
  for (const [flag, path] of Object.entries({ '-o': output, '--errors': errors })) {
    if (path === undefined) continue;
    const real = realPath(path, flag);
    for (const suffix of BESIDE) take(taken, `${real}${suffix}`, { flag, suffix });
  }
  for (const [flag, path] of Object.entries(reads)) {
    const other = path === undefined ? undefined : taken.get(realPath(path, flag));
    if (other !== undefined) throw new UsageError(`${flag} is ${other}, which the batch writes`);
  }
}

function take(
  taken: Map<string, string>,
  path: string,
  { flag, suffix }: { readonly flag: string; readonly suffix: string },
): void {
  const name = suffix === '' ? `the file of ${flag}` : `the ${suffix} of ${flag}`;
  const other = taken.get(path);
  if (other !== undefined) throw new UsageError(`${name} would be ${other}: choose another name`);
  taken.set(path, name);
}

/** Two names of one directory are one. */
function realPath(path: string, flag: string): string {
  try {
    // As C does it: a file with a trailing slash is refused.
    return join(realpathSync.native(`${dirname(path)}/`), basename(path));
  } catch (error) {
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    throw new UsageError(`${flag}: the directory ${dirname(path)} cannot be used (${code})`);
  }
}
