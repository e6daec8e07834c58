/** `nomyo keys passwd`: another password for the pair that is there. */
import { changeKeyPassword } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { askNewPassword, canAsk } from '../../io/prompt.js';
import { readSecret } from '../../settings/secrets.js';
import { keyDirectory } from './directory.js';
import { knownPassword } from './password.js';
import { readPair } from './pair.js';
import { tellPair } from './tell.js';

/** Asks for the old password and the new one. */
export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const { encryption } = await readPair(keyDir);
  const isProtected = encryption === 'password';
  const password = isProtected ? await knownPassword(context, isProtected) : undefined;
  await changeKeyPassword({
    keyDir,
    ...(password === undefined ? {} : { password }),
    newPassword: await nextPassword(context),
  });
  await tellPair(context, keyDir);
}

async function nextPassword({ flags }: Context): Promise<string | null> {
  const { newPasswordFile } = flags;
  // Commander's name for the absence of `--no-password` is `password: true`.
  if (flags['password'] === false) return null;
  if (typeof newPasswordFile === 'string') return readSecret(newPasswordFile, '--new-password-file');
  if (canAsk()) return askNewPassword('New password for the private key');
  throw new UsageError('no new password: name a file with --new-password-file, or say --no-password');
}
