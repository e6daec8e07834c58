/** `nomyo keys export-public`: the public key as PEM, on stdout. */
import type { Context } from '../../context.js';
import { CommandFailed, EXIT } from '../../exit/codes.js';
import { keyDirectory } from './directory.js';
import { readPairFacts } from './pair.js';

export async function run(context: Context): Promise<void> {
  const { publicKey, publicKeyPath } = await readPairFacts(keyDirectory(context));
  if (publicKey === undefined) {
    throw new CommandFailed(`${publicKeyPath} is missing; it is made anew with the next call`, EXIT.keyFiles);
  }
  if (context.output.json) context.output.data({ fingerprint: publicKey.fingerprint, pem: publicKey.pem });
  else context.output.line(publicKey.pem.trimEnd());
}
