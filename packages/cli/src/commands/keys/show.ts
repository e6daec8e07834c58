/** `nomyo keys show`: what a pair is. Where a password is given, the private key is opened with it. */
import { loadKeyFiles } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { readKeyPassword } from '../../settings/secrets.js';
import { keyDirectory } from './directory.js';
import { readPair } from './pair.js';
import { tellPair } from './tell.js';

/** Prints fingerprint, size, age and next rotation. */
export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const { privateKeyPath, encryption } = await readPair(keyDir);
  const password = readKeyPassword(context.settings, context.env);
  if (password !== undefined || encryption === 'none') {
    const key = await loadKeyFiles({ privateKeyPath, ...(password === undefined ? {} : { password }) });
    key.dispose();
  }
  await tellPair(context, keyDir);
}
