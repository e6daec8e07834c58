/**
 * Secrets come from the environment, a file or an open descriptor, never from the value of a flag: everybody on the
 * machine can list processes.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { isatty } from 'node:tty';
import { checkApiKey } from '@nomyo/transport';
import { UsageError } from '../exit/codes.js';
import { codeOf } from '../io/file.js';
import { decodeUtf8 } from '../io/stdin.js';
import { withoutHandlers } from '../signals.js';
import { belongsToNode } from './descriptor.js';
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

/** @throws {UsageError} also when the text cannot be an API key; it is not quoted */
export function readApiKey({ apiKeyFd, apiKeyFile }: Settings, env: Environment): string | undefined {
  if (apiKeyFd !== undefined) return anApiKey(readSecret(apiKeyFd, '--api-key-fd'), '--api-key-fd');
  if (apiKeyFile !== undefined) return anApiKey(readSecret(apiKeyFile, '--api-key-file'), '--api-key-file');
  const key = variable(env, 'NOMYO_API_KEY');
  return key === undefined ? undefined : anApiKey(key, 'NOMYO_API_KEY');
}

function anApiKey(key: string, origin: string): string {
  try {
    checkApiKey(key);
    return key;
  } catch {
    throw new UsageError(
      `${origin}: the API key must be visible ASCII characters, without spaces or line ends`,
    );
  }
}

/** @throws {UsageError} */
export function readKeyPassword(settings: Settings, env: Environment): string | undefined {
  const { keyPasswordFile } = settings;
  if (keyPasswordFile !== undefined) return readSecret(keyPasswordFile, '--key-password-file');
  return variable(env, 'NOMYO_KEY_PASSWORD');
}

/**
 * The first line of a file; an editor's line end is no part of a secret.
 *
 * @param from a path, or an open descriptor
 * @throws {UsageError}
 */
export function readSecret(from: string | number, flag: string): string {
  const what = typeof from === 'number' ? `descriptor ${String(from)}` : from;
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  try {
    const length = readInto(bytes, from, `${flag}: ${what}`);
    if (length > MAX_BYTES) throw new UsageError(`${flag}: ${what} has more than ${String(MAX_BYTES)} bytes`);
    const secret = decodeUtf8([bytes.subarray(0, length)], `${flag}: ${what}`).replace(/\r?\n[\s\S]*$/u, '');
    if (secret.trim() !== '') return secret;
  } finally {
    bytes.fill(0);
  }
  throw new UsageError(`${flag}: ${what} is empty, or its first line is`);
}

/** Reading a pipe without a writer blocks this process, Ctrl-C included, so the signal gets its default effect. */
function readInto(bytes: Uint8Array, from: string | number, what: string): number {
  return withoutHandlers('SIGINT', () => {
    let opened: number | undefined;
    try {
      const descriptor = typeof from === 'number' ? from : (opened = openSync(from, 'r'));
      if (opened === undefined && belongsToNode(descriptor)) throw new UsageError(`${what} is not open`);
      if (isatty(descriptor)) throw new UsageError(`${what} is a terminal, which would show the secret`);
      return fill(bytes, descriptor);
    } catch (error) {
      throw error instanceof UsageError ? error : new UsageError(`${what} cannot be read (${codeOf(error)})`);
    } finally {
      if (opened !== undefined) closeSync(opened);
    }
  });
}

/** @returns how much was there, up to the length of `bytes` */
function fill(bytes: Uint8Array, descriptor: number): number {
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, bytes, length, bytes.byteLength - length, null);
    length += count;
    if (count === 0 || length === bytes.byteLength) return length;
  }
}

const variable = (env: Environment, name: string): string | undefined =>
  (env[name] ?? '') === '' ? undefined : env[name];
