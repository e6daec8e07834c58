/** `nomyo keys export-public`: the public key as PEM, on stdout. */
import type { Context } from '../../context.js';
import { keyDirectory } from './directory.js';
import { publicOf, readPair } from './pair.js';

/** Prints the PEM, or a JSON object with `--json`. */
export async function run(context: Context): Promise<void> {
  const { publicKeyPem, fingerprint } = publicOf(await readPair(keyDirectory(context)));
  if (context.output.json) context.output.data({ fingerprint, pem: publicKeyPem });
  else context.output.line(publicKeyPem.trimEnd());
}
