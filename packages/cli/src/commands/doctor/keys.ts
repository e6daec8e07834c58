/** The API key, and the key pair of this client. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKeyFiles, type KeyPairInfo } from '@nomyo/keystore';
import { keyDirOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { errorReport } from '../../exit/report.js';
import { duration } from '../../io/duration.js';
import { readApiKey, readKeyPassword } from '../../settings/secrets.js';
import { readPair } from '../keys/pair.js';
import { check, fail, ok, skip, warn, type Check, type Finding } from './check.js';

/** Bits of a mode that let others read, write or enter. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const MODE = 0o777;

/** The findings about both. */
export async function keyChecks(context: Context): Promise<readonly Check[]> {
  return [
    check('api-key', 'API key', await apiKeyFinding(context)),
    check('keys', 'Key pair', await pairFinding(context)),
  ];
}

async function apiKeyFinding({ settings, env }: Context): Promise<Finding> {
  try {
    if (readApiKey(settings, env) === undefined) {
      return warn('none', 'set NOMYO_API_KEY, or name a file with --api-key-file; a local router needs none');
    }
  } catch (error) {
    return fail(errorReport(error).error.message, 'name a file that can be read');
  }
  const { apiKeyFd, apiKeyFile } = settings;
  const exposed = apiKeyFd === undefined ? await exposedSecret(apiKeyFile) : undefined;
  return exposed ?? ok('there; it is not sent by this command');
}

/** A secret in a file is used whatever its mode: containers mount theirs with 0444. But it should be said. */
async function exposedSecret(path: string | undefined): Promise<Finding | undefined> {
  if (path === undefined || process.platform === 'win32') return undefined;
  const exposure = exposureOf(path, await stat(path));
  return exposure === undefined ? undefined : warn(...exposure);
}

/** The fault in the mode of a file that only its owner may read, and its fix. */
function exposureOf(path: string, { mode }: Stats): [detail: string, fix: string] | undefined {
  if ((mode & OTHERS) === 0) return undefined;
  return [`${path} has mode ${shown(mode)}: others can reach it`, `chmod 600 ${path}`];
}

const shown = (mode: number): string => (mode & MODE).toString(8);

async function pairFinding(context: Context): Promise<Finding> {
  const keyDir = keyDirOf(context);
  if (keyDir === null) return skip('in memory only');
  const path = join(keyDir, 'private_key.pem');
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return skip(`none in ${keyDir}; the first call makes one`);
  const reachable = await reachableByOthers(keyDir, path);
  if (reachable !== undefined) return reachable;
  try {
    const pair = await readPair(keyDir);
    await open(pair, context);
    return (await exposedSecret(context.settings.keyPasswordFile)) ?? findingOf(pair);
  } catch (error) {
    const { message, fix } = errorReport(error).error;
    return fail(message, fix ?? 'restore it from a backup, or move it away to have a new one made');
  }
}

/** The file must be the owner's alone; in a directory that others may write to, they can put another in its place. */
async function reachableByOthers(keyDir: string, path: string): Promise<Finding | undefined> {
  if (process.platform === 'win32') return undefined;
  const [directory, file] = await Promise.all([stat(keyDir), stat(path)]);
  const exposure = exposureOf(path, file);
  if (exposure !== undefined) return fail(...exposure);
  if ((directory.mode & OTHERS_WRITE) === 0) return undefined;
  return fail(
    `${keyDir} has mode ${shown(directory.mode)}: others can replace what is in it`,
    `chmod 700 ${keyDir}`,
  );
}

/** @throws {KeyStoreError} when it does not open */
async function open({ privateKeyPath, encryption }: KeyPairInfo, { settings, env }: Context): Promise<void> {
  const password = readKeyPassword(settings, env);
  if (encryption === 'password' && password === undefined) return;
  const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
  key.dispose();
}

function findingOf({ keySize, createdAt, nextRotationAt, encryption, privateKeyPath }: KeyPairInfo): Finding {
  const size = keySize === undefined ? '' : `${String(keySize)} bits, `;
  const isDue = nextRotationAt !== undefined && nextRotationAt <= Date.now();
  const detail = `${privateKeyPath}: ${size}${duration(Date.now() - createdAt)} old${isDue ? '; the next call replaces it' : ''}`;
  return encryption === 'password'
    ? ok(`${detail}; protected by a password`)
    : warn(`${detail}; not protected by a password`, 'give it one with `nomyo keys passwd`');
}
