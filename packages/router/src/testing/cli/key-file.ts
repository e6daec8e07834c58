/** The router's private key between two starts. */
import { open, readFile, stat } from 'node:fs/promises';
import { encodePem, generatePkcs8, PEM_LABEL, type KeySize } from '@nomyo/crypto';
import { UsageError } from '../../usage-error.js';

/** Read and written by the owner alone. */
const PRIVATE_MODE = 0o600;
const OTHERS = 0o077;

/**
 * The PEM in the file, which is made when it does not exist. The caller wipes the bytes.
 *
 * @param keySize of a key that is made, in bits
 * @throws {UsageError} when it cannot be read or made, or when others can read it
 */
export async function readOrMakeKeyFile(path: string, keySize: KeySize | undefined): Promise<Uint8Array> {
  try {
    const existing = await readIfThere(path);
    return existing ?? (await make(path, keySize));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--key-file ${path} cannot be used: ${codeOf(error)}`);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new UsageError(`--key-file ${path} can be read by others; chmod 600 it`);
    }
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function make(path: string, keySize: KeySize | undefined): Promise<Uint8Array> {
  const pkcs8 = await generatePkcs8(keySize);
  const pem = pkcs8.use((der) => encodePem(PEM_LABEL.privateKey, der));
  // 'wx': a file that appeared in the meantime is not overwritten.
  const file = await open(path, 'wx', PRIVATE_MODE);
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  return pem;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
