/** Prints what a pair is. */
import type { Context } from '../../context.js';
import { describePair } from './describe.js';
import { publicOf, readPair } from './pair.js';

/** From the files alone, without opening the private key. */
export async function tellPair({ output }: Context, keyDir: string): Promise<void> {
  const info = await readPair(keyDir);
  const { keySize, fingerprint } = publicOf(info);
  const pair = {
    path: info.privateKeyPath,
    keySize,
    fingerprint,
    isProtected: info.encryption === 'password',
    createdAt: info.createdAt,
    rotatesAt: info.nextRotationAt ?? null,
  };
  if (output.json) output.data(pair);
  else output.line(describePair(pair, Date.now()));
}
