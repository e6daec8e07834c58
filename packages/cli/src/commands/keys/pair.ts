/** What can be told of the two files of a pair without opening the private one. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RsaPublicKey } from '@nomyo/crypto';
import { KeyStoreError } from '@nomyo/keystore';
import { isObject } from '../../io/json.js';

/** Both files, and what their text says. */
export interface PairFacts {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  readonly isProtected: boolean;
  /** Unix ms: as the file says, or when it was changed last. */
  readonly createdAt: number;
  /** `undefined` where its file is missing. */
  readonly publicKey: RsaPublicKey | undefined;
}

/** How the file of a private key that is protected begins: PKCS#8 (RFC 7468 §11), or the older PEM encryption. */
const PROTECTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/mu;
const CREATED = /^Created: (\S+)$/mu;

/** The text before the key, and its first lines. */
const HEAD_BYTES = 4_096;

/** @throws {KeyStoreError} when there is no pair, or it cannot be read */
export async function readPairFacts(keyDir: string): Promise<PairFacts> {
  const paths = pairPaths(keyDir);
  const head = await headOf(paths.privateKeyPath);
  const publicPem = await readIfThere(paths.publicKeyPath);
  return {
    ...paths,
    isProtected: PROTECTED.test(head.text),
    createdAt: head.createdAt,
    publicKey: publicPem === undefined ? undefined : await publicKeyOf(publicPem, paths.publicKeyPath),
  };
}

export const pairPaths = (keyDir: string): Pick<PairFacts, 'privateKeyPath' | 'publicKeyPath'> => ({
  privateKeyPath: join(keyDir, 'private_key.pem'),
  publicKeyPath: join(keyDir, 'public_key.pem'),
});

/** The lines before the block alone become text: an unprotected key never does. */
async function headOf(path: string): Promise<{ readonly text: string; readonly createdAt: number }> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) {
    throw new KeyStoreError(
      'KEY_FILE_UNREADABLE',
      path,
      'it is not there; `nomyo keys generate` makes a pair',
    );
  }
  const begin = bytes.indexOf('-----BEGIN ');
  const end = begin === -1 ? 0 : bytes.indexOf('\n', begin);
  const text = bytes.toString('latin1', 0, Math.min(end, HEAD_BYTES));
  const procType = begin === -1 ? '' : bytes.toString('latin1', end + 1, end + PROC_TYPE_BYTES);
  bytes.fill(0);
  const created = Date.parse(CREATED.exec(text)?.[1] ?? '');
  return {
    text: `${text}\n${procType.startsWith('Proc-Type') ? procType : ''}`,
    createdAt: Number.isNaN(created) ? (await stat(path)).mtimeMs : created,
  };
}

/** `Proc-Type: 4,ENCRYPTED` */
const PROC_TYPE_BYTES = 24;

async function publicKeyOf(pem: Uint8Array, path: string): Promise<RsaPublicKey> {
  try {
    return await RsaPublicKey.fromPem(pem);
  } catch {
    throw new KeyStoreError('KEY_FILE_INVALID', path, 'it holds no RSA public key');
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = isObject(error) ? error['code'] : undefined;
    if (code === 'ENOENT') return undefined;
    throw new KeyStoreError('KEY_FILE_UNREADABLE', path, `it cannot be read (${String(code)})`);
  }
}
