/** Prints what a pair is. */
import type { Context } from '../../context.js';
import { CommandFailed, EXIT } from '../../exit/codes.js';
import { describePair, rotationOf } from './describe.js';
import { readPairFacts } from './pair.js';

/** From the files alone, without opening the private key. */
export async function tellPair({ output }: Context, keyDir: string): Promise<void> {
  const { publicKey, ...facts } = await readPairFacts(keyDir);
  if (publicKey === undefined) {
    throw new CommandFailed(
      `${facts.publicKeyPath} is missing; it is made anew with the next call`,
      EXIT.keyFiles,
    );
  }
  const pair = {
    path: facts.privateKeyPath,
    keySize: publicKey.modulusLength,
    fingerprint: publicKey.fingerprint,
    isProtected: facts.isProtected,
    createdAt: facts.createdAt,
    rotatesAt: rotationOf(facts.createdAt),
  };
  if (output.json) output.data(pair);
  else output.line(describePair(pair, Date.now()));
}
