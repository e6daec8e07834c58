/** Key pairs on disk, as the SDK keeps them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeySize } from '@nomyo/crypto';
import { SecureCompletionClient } from 'nomyo-js';

/** Makes a directory with a new pair. */
export async function makeKeyDir(path: string, keySize: KeySize): Promise<string> {
  const client = new SecureCompletionClient({ keyDir: path });
  try {
    await client.generateKeys({ saveToFile: true, keyDir: path, keySize });
    return path;
  } finally {
    client.dispose();
  }
}

/** The public half of the pair in a directory, as SPKI PEM. */
export function readPublicKey(path: string): Promise<string> {
  return readFile(join(path, 'public_key.pem'), 'utf8');
}
