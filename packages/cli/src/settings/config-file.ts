/** Reads the configuration file. */
import { access } from 'node:fs/promises';
import { isObject } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import { codeOf, readBytes } from '../io/file.js';
import { parseJson } from '../io/json.js';
import type { ConfigFile } from './resolve.js';

/**
 * @returns `undefined` if the file does not exist
 * @throws {UsageError} when it cannot be read or is not a JSON object
 */
export async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  if (await isMissing(path)) return undefined;
  const members = parseJson(await readBytes(path, path), path);
  if (isObject(members)) return { path, members };
  throw new UsageError(`${path} must hold a JSON object with settings`);
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
  }
}
