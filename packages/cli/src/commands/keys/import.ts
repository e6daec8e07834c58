/** `nomyo keys import FILE`: a private key that openssl, the Python client or another version wrote. */
import { readFile } from 'node:fs/promises';
import { importKeyFiles, KeyStoreError } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { CommandFailed, EXIT } from '../../exit/codes.js';
import { askPassword, canAsk } from '../../io/prompt.js';
import { readSecret } from '../../settings/secrets.js';
import { keyDirectory } from './directory.js';
import { newPassword } from './password.js';
import { refuseExisting } from './refuse-existing.js';
import { tellPair } from './tell.js';

/** Writes the pair into a directory that has none. */
export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const [privateKeyPath = ''] = context.words;
  // Before anybody types a password for nothing.
  await refuseExisting(keyDir);
  const password = await sourcePassword(context, privateKeyPath);
  try {
    await importKeyFiles({
      privateKeyPath,
      keyDir,
      ...(password === undefined ? {} : { password }),
      newPassword: (await newPassword(context)) ?? null,
    });
  } catch (error) {
    throw aboutSource(error);
  }
  await tellPair(context, keyDir);
}

/** The password of the file to import, which is not the one that the copy gets. */
async function sourcePassword({ flags }: Context, path: string): Promise<string | undefined> {
  const { sourcePasswordFile } = flags;
  if (typeof sourcePasswordFile === 'string') return readSecret(sourcePasswordFile, '--source-password-file');
  return canAsk() && (await isEncrypted(path)) ? askPassword('Password of the key to import') : undefined;
}

/** PKCS#8 says so in its first line (RFC 7468), PKCS#1 in a header (RFC 1421). A file that cannot be read is told later. */
async function isEncrypted(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '');
  return text.includes('ENCRYPTED');
}

/** The usual advice names the password of the key pair. */
function aboutSource(error: unknown): unknown {
  if (!(error instanceof KeyStoreError) || error.code !== 'KEY_FILE_PASSWORD') return error;
  return new CommandFailed(
    `${error.message}; name the file that holds it with --source-password-file`,
    EXIT.keyFiles,
  );
}
