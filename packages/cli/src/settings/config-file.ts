/** Reads the configuration file. */
import { readFile } from 'node:fs/promises';
import { isObject } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import type { ConfigFile } from './resolve.js';

/** @returns `undefined` where there is none  @throws {UsageError} when it cannot be read, or is no JSON object */
export async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  try {
    const members: unknown = JSON.parse(text);
    if (isObject(members)) return { path, members };
  } catch {
    // The parser's message quotes what stands there.
  }
  throw new UsageError(`${path} must hold a JSON object with settings`);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = isObject(error) ? error['code'] : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError(`${path} cannot be read: ${String(code)}`);
  }
}
