/**
 * Secrets come from the environment, a file or an open descriptor, never from the value of a flag: everybody on the
 * machine can list processes.
 */
import { readFileSync } from 'node:fs';
import { isObject } from '@nomyo/base';
import { UsageError } from '../exit/codes.js';
import type { Environment } from './resolve.js';
import type { Settings } from './table.js';

/** Longest secret, in bytes: more is another file. */
const MAX_BYTES = 16 * 1024;

/** Flags that people try, and what to use instead. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  '--api-key': '--api-key-file, --api-key-fd or NOMYO_API_KEY',
  '--key-password': '--key-password-file or NOMYO_KEY_PASSWORD',
  '--password': '--key-password-file or NOMYO_KEY_PASSWORD',
  '--token': '--token-file',
};

/** @throws {UsageError} which does not repeat the value */
export function refuseSecretFlags(words: readonly string[]): void {
  for (const word of words) {
    if (word === '--') return;
    const name = word.split('=')[0] ?? word;
    const instead = Object.hasOwn(FORBIDDEN, name) ? FORBIDDEN[name] : undefined;
    if (instead !== undefined) {
      throw new UsageError(`${name} does not exist: other users can see the values of flags; use ${instead}`);
    }
  }
}

/** @throws {UsageError} */
export function readApiKey(settings: Settings, env: Environment): string | undefined {
  const { apiKeyFd, apiKeyFile } = settings;
  if (apiKeyFd !== undefined) return readSecret(apiKeyFd, '--api-key-fd');
  if (apiKeyFile !== undefined) return readSecret(apiKeyFile, '--api-key-file');
  return variable(env, 'NOMYO_API_KEY');
}

/** @throws {UsageError} */
export function readKeyPassword(settings: Settings, env: Environment): string | undefined {
  const { keyPasswordFile } = settings;
  if (keyPasswordFile !== undefined) return readSecret(keyPasswordFile, '--key-password-file');
  return variable(env, 'NOMYO_KEY_PASSWORD');
}

/** The first line of a file; an editor's line end is no part of a secret. */
export function readSecret(from: string | number, flag: string): string {
  const bytes = readBytes(from, flag);
  const secret = new TextDecoder().decode(bytes).replace(/\r?\n[\s\S]*$/u, '');
  bytes.fill(0);
  if (secret === '') throw new UsageError(`${flag}: ${String(from)} is empty`);
  return secret;
}

function readBytes(from: string | number, flag: string): Uint8Array {
  try {
    const bytes = readFileSync(from);
    if (bytes.byteLength <= MAX_BYTES) return bytes;
    bytes.fill(0);
  } catch (error) {
    const code = isObject(error) ? String(error['code']) : 'unknown error';
    throw new UsageError(`${flag}: ${String(from)} cannot be read (${code})`);
  }
  throw new UsageError(`${flag}: ${String(from)} has more than ${String(MAX_BYTES)} bytes`);
}

const variable = (env: Environment, name: string): string | undefined =>
  (env[name] ?? '') === '' ? undefined : env[name];
