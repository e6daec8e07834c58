/** A pair from its two files, which another process may replace while they are read. */
import { lstat } from 'node:fs/promises';
import { RsaPublicKey, type RsaPrivateKey } from '@nomyo/crypto';
import { SecurityError } from '@nomyo/crypto/errors';
import { KeyStoreError } from '../errors.js';
import { readPreamble } from '../format/preamble.js';
import { readPrivateKey, type KeyFileSecrets } from '../format/private-key.node.js';
import { identityOf, readPrivateFile, readPublicFile } from './read-file.node.js';
import { systemCode, unreadable } from './system.node.js';

/** The two files of a pair. */
export interface PairPaths {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
}

/** A private key that was read. */
export interface LoadedKey {
  readonly key: RsaPrivateKey;
  /** Unix time in ms: as the private key file says, or else when the file was changed. */
  readonly createdAt: number;
  /** Fingerprints of the pairs that this one took over from. */
  readonly replaces: readonly string[];
  /** Whether the file is still the one that was read. */
  readonly isUnchanged: () => Promise<boolean>;
}

/** A pair that was read. */
export interface LoadedPair extends LoadedKey {
  /** `outdated`: it is the one of the pair before; a crash came in between. */
  readonly publicFile: 'current' | 'outdated' | 'missing';
}

/** Times that a pair may be replaced while it is read. */
const MAX_ATTEMPTS = 10;

/**
 * The pair, or `undefined` when neither file is there.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is a public key alone; `KEY_FILE_MISMATCH` when it belongs to
 * another private key; and what {@link loadKey} throws
 */
export async function readPair(paths: PairPaths, secrets: KeyFileSecrets): Promise<LoadedPair | undefined> {
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    const loaded = await loadKey(paths.privateKeyPath, secrets);
    if (loaded === undefined) {
      if (!(await hasAppeared(paths))) return undefined;
    } else {
      const publicFile = await judgeOrDispose(loaded, paths.publicKeyPath);
      if (publicFile !== 'foreign') return { ...loaded, publicFile };
      loaded.key.dispose();
      if (await loaded.isUnchanged()) break;
    }
  }
  throw mismatch(paths.publicKeyPath);
}

/**
 * The private key, or `undefined` when there is no file.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_FILE_PERMISSIONS`, `KEY_FILE_PASSWORD`
 */
export async function loadKey(path: string, secrets: KeyFileSecrets): Promise<LoadedKey | undefined> {
  const file = await readPrivateFile(path, secrets.secure);
  if (file === undefined) return undefined;
  return file.content.use(async (content) => {
    const key = await readPrivateKey(content, { path, ...secrets });
    const { createdAt = file.modifiedAt, replaces } = readPreamble(content);
    return { key, createdAt, replaces, isUnchanged: async () => (await identityAt(path)) === file.identity };
  });
}

/** What the public key file is to the private key. */
export async function judgePublicFile(
  { key, replaces }: Pick<LoadedKey, 'key' | 'replaces'>,
  path: string,
): Promise<LoadedPair['publicFile'] | 'foreign'> {
  const file = await readPublicFile(path);
  if (file === undefined) return 'missing';
  const { fingerprint } = await file.content.use((content) => readPublicKey(path, content));
  if (fingerprint === key.publicKey.fingerprint) return 'current';
  return replaces.includes(fingerprint) ? 'outdated' : 'foreign';
}

/** The refusal of a public key that belongs to another private key. */
export function mismatch(path: string): KeyStoreError {
  const message =
    'it does not belong to the private key. Put the right one there, or remove it: it is made anew';
  return new KeyStoreError('KEY_FILE_MISMATCH', path, message);
}

async function judgeOrDispose(
  loaded: LoadedKey,
  path: string,
): Promise<LoadedPair['publicFile'] | 'foreign'> {
  try {
    return await judgePublicFile(loaded, path);
  } catch (error) {
    loaded.key.dispose();
    throw error;
  }
}

async function readPublicKey(path: string, content: Uint8Array): Promise<RsaPublicKey> {
  try {
    return await RsaPublicKey.fromPem(content);
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    const message = `${error.message}. It was left untouched: remove it to have it made anew from the private key`;
    throw new KeyStoreError('KEY_FILE_INVALID', path, message, { cause: error });
  }
}

/** Whether another process has written a pair since no private key was found. */
async function hasAppeared({ privateKeyPath, publicKeyPath }: PairPaths): Promise<boolean> {
  if ((await identityAt(publicKeyPath)) === undefined) return false;
  // The private key is written first.
  if ((await identityAt(privateKeyPath)) !== undefined) return true;
  const message =
    'it is there without its private_key.pem. Restore that, or move this file away to have a new pair made';
  throw new KeyStoreError('KEY_FILE_EXISTS', publicKeyPath, message);
}

async function identityAt(path: string): Promise<string | undefined> {
  try {
    return identityOf(await lstat(path, { bigint: true }));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}
