/** The RSA key of protocol 1: clients pin it, so it is kept in a file across restarts. */
import { encodePem, generatePkcs8, PEM_LABEL } from '@nomyo/crypto';
import { UsageError } from '../../usage-error.js';
import { createPrivateFile, readPrivateFile, type NamedFile } from '../files/private-file.js';

/** Reads the PEM from the file, which is created with mode 0600 if missing. @throws {UsageError} */
export async function readOrMakeV1Key(file: NamedFile): Promise<Uint8Array> {
  try {
    return await readPrivateFile(file);
  } catch (error) {
    if (!(error instanceof UsageError) || !error.message.endsWith('ENOENT')) throw error;
  }
  const pkcs8 = await generatePkcs8();
  const pem = pkcs8.use((der) => encodePem(PEM_LABEL.privateKey, der));
  await createPrivateFile(file, pem);
  return pem;
}
