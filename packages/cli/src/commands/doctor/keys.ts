/** The API key, and the key pair of this client. */
import { stat } from 'node:fs/promises';
import { loadKeyFiles } from '@nomyo/keystore';
import { keyDirOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { errorReport } from '../../exit/report.js';
import { readApiKey, readKeyPassword } from '../../settings/secrets.js';
import { age, rotationOf } from '../keys/describe.js';
import { pairPaths, readPairFacts, type PairFacts } from '../keys/pair.js';
import { check, fail, ok, skip, warn, type Check } from './check.js';

/** Bits of a mode that let others read, write or enter. */
const OTHERS = 0o077;
const MODE = 0o777;

export async function keyChecks(context: Context): Promise<readonly Check[]> {
  return [apiKeyCheck(context), check('keys', 'Key pair', await pairFinding(context))];
}

function apiKeyCheck({ settings, env }: Context): Check {
  try {
    return readApiKey(settings, env) === undefined
      ? check(
          'api-key',
          'API key',
          warn('none', 'set NOMYO_API_KEY, or name a file with --api-key-file; a local router needs none'),
        )
      : check('api-key', 'API key', ok('there; it is not sent by this command'));
  } catch (error) {
    return check(
      'api-key',
      'API key',
      fail(errorReport(error).error.message, 'name a file that can be read'),
    );
  }
}

async function pairFinding(context: Context): Promise<ReturnType<typeof ok>> {
  const keyDir = keyDirOf(context);
  if (keyDir === null) return skip('in memory only');
  const { privateKeyPath } = pairPaths(keyDir);
  const file = await stat(privateKeyPath).catch(() => undefined);
  if (file === undefined) return skip(`none in ${keyDir}; the first call makes one`);
  if (process.platform !== 'win32' && (file.mode & OTHERS) !== 0) {
    return fail(
      `${privateKeyPath} has mode ${(file.mode & MODE).toString(8)}: others can reach it`,
      `chmod 600 ${privateKeyPath}`,
    );
  }
  try {
    const facts = await readPairFacts(keyDir);
    await open(facts, context);
    return findingOf(facts);
  } catch (error) {
    const { message, fix } = errorReport(error).error;
    return fail(message, fix ?? 'restore it from a backup, or move it away to have a new one made');
  }
}

/** @throws {KeyStoreError} when it does not open */
async function open({ privateKeyPath, isProtected }: PairFacts, { settings, env }: Context): Promise<void> {
  const password = readKeyPassword(settings, env);
  if (isProtected && password === undefined) return;
  const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
  key.dispose();
}

function findingOf({ publicKey, createdAt, isProtected, privateKeyPath }: PairFacts): ReturnType<typeof ok> {
  const size = publicKey === undefined ? '' : `${String(publicKey.modulusLength)} bits, `;
  const rotation = rotationOf(createdAt) > Date.now() ? '' : '; the next call replaces it';
  const detail = `${privateKeyPath}: ${size}${age(Date.now() - createdAt)} old${rotation}`;
  return isProtected
    ? ok(`${detail}; protected by a password`)
    : warn(
        `${detail}; not protected by a password`,
        'set NOMYO_KEY_PASSWORD, and make a new pair with `nomyo keys generate`',
      );
}
