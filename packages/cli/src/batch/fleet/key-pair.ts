/** The key pairs of a fleet: the workers' own, and the submitter's. */
import { generatePkcs8, RsaPrivateKey } from '@nomyo/crypto';
import { generateKeyFiles, inspectKeyFiles, KeyStoreError, loadKeyFiles } from '@nomyo/keystore';
import { keyDirOf } from '../../client/config.js';
import { knownPassword } from '../../commands/keys/password.js';
import type { Context } from '../../context.js';
import { readKeyPassword } from '../../settings/secrets.js';

/**
 * The pair in `--key-dir`, which is made when it is not there; with `--ephemeral` one that ends with the process.
 *
 * @throws {KeyStoreError} when it cannot be read or made
 */
export async function fleetKey(context: Context): Promise<RsaPrivateKey> {
  const keyDir = keyDirOf(context);
  if (keyDir === null) return (await generatePkcs8()).use((pkcs8) => RsaPrivateKey.fromPkcs8(pkcs8));
  if ((await inspectKeyFiles({ keyDir })) === undefined) await make(context, keyDir);
  const pair = await inspectKeyFiles({ keyDir });
  if (pair === undefined) throw new KeyStoreError('KEY_FILE_UNREADABLE', keyDir, 'the key pair is not there');
  const password = await knownPassword(context, pair.encryption === 'password');
  const { privateKeyPath } = pair;
  return loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
}

/** Workers that start together have one of them make it. */
async function make(context: Context, keyDir: string): Promise<void> {
  const password = readKeyPassword(context.settings, context.env);
  context.output.note(`nomyo: making a key pair in ${keyDir}`);
  try {
    await generateKeyFiles({ keyDir, ...(password === undefined ? {} : { password }) });
  } catch (error) {
    if (!(error instanceof KeyStoreError) || error.code !== 'KEY_FILE_EXISTS') throw error;
  }
}
