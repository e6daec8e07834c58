/** `nomyo keys import FILE`: a private key that openssl, the Python client or another version wrote. */
import { importKeyFiles } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { readSecret } from '../../settings/secrets.js';
import { keyDirectory } from './directory.js';
import { newPassword } from './password.js';
import { tellPair } from './tell.js';

export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const [privateKeyPath = ''] = context.words;
  const { sourcePasswordFile } = context.flags;
  const password =
    typeof sourcePasswordFile === 'string'
      ? readSecret(sourcePasswordFile, '--source-password-file')
      : undefined;
  await importKeyFiles({
    privateKeyPath,
    keyDir,
    ...(password === undefined ? {} : { password }),
    newPassword: (await newPassword(context)) ?? null,
  });
  await tellPair(context, keyDir);
}
