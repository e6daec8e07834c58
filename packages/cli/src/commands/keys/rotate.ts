/** `nomyo keys rotate`: a new pair in place of the one that is there, under the same password. */
import { KeyStore } from '@nomyo/keystore';
import type { Context } from '../../context.js';
import { keyDirectory } from './directory.js';
import { knownPassword } from './password.js';
import { readPair } from './pair.js';
import { tellPair } from './tell.js';

/** Replaces the pair at once. */
export async function run(context: Context): Promise<void> {
  const keyDir = keyDirectory(context);
  const { encryption } = await readPair(keyDir);
  const password = await knownPassword(context, encryption === 'password');
  // It opens the pair that is there, so that a wrong password replaces nothing; and rotates once, when it is told to.
  const store = new KeyStore({
    keyDir,
    rotationInterval: 0,
    ...(password === undefined ? {} : { password }),
  });
  try {
    await store.ready();
    await store.rotate();
  } finally {
    store.dispose();
  }
  await tellPair(context, keyDir);
}
