/** Reads a pair from its two files, which another process may replace in the meantime. */
import { RsaPublicKey, type RsaPrivateKey } from '@nomyo/crypto';
import { utimes } from 'node:fs/promises';
import { SecurityError } from '@nomyo/base';
import { KeyStoreError } from '../errors.js';
import { readPreamble } from '../format/preamble.js';
import { readPrivateKey } from '../format/private-key.node.js';
import { LIMITS } from '../limits.js';
import type { KeyFileSecrets, MemoryOptions } from '../storage/place.js';
import { believedCreation } from '../believed-creation.js';
import { identityAt, readPrivateFile, readPublicFile, type ReadFile } from './read-file.node.js';

/** The two files of a pair. */
export interface PairPaths {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
}

/** A private key that was read. */
export interface LoadedKey {
  readonly key: RsaPrivateKey;
  /** Creation time, Unix time in ms: as the private key file states, or else its modification time. */
  readonly createdAt: number;
  /** Fingerprints of the pairs that this one replaced. */
  readonly replaces: readonly string[];
  /** Reports whether the file is still the one that was read. */
  readonly isUnchanged: () => Promise<boolean>;
}

/** A pair that was read. */
export interface LoadedPair extends LoadedKey {
  /** `outdated`: it belongs to the previous pair, because a crash came between writing the two files. */
  readonly publicFile: 'current' | 'outdated' | 'missing';
}

/** Both files, from one moment. */
interface PairFiles {
  readonly privateFile: ReadFile;
  readonly publicFile: ReadFile | undefined;
}

/** Number of times that a pair may be replaced while its files are read. */
const MAX_ATTEMPTS = 100;

/**
 * Reads a pair; `undefined` if neither file exists.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is only a public key; `KEY_FILE_MISMATCH` when it belongs to
 * another private key; `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_FILE_PERMISSIONS`, `KEY_FILE_PASSWORD`
 */
export async function readPair(paths: PairPaths, secrets: KeyFileSecrets): Promise<LoadedPair | undefined> {
  const files = await readFiles(paths, secrets.memory);
  if (files === undefined) return undefined;
  try {
    const loaded = await keyOf(paths.privateKeyPath, files.privateFile, secrets);
    return { ...loaded, publicFile: await judgePublicFile(loaded, paths.publicKeyPath, files.publicFile) };
  } finally {
    dispose(files);
  }
}

/**
 * Reads a private key; `undefined` if there is no file.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_FILE_PERMISSIONS`, `KEY_FILE_PASSWORD`
 */
export async function loadKey(path: string, secrets: KeyFileSecrets): Promise<LoadedKey | undefined> {
  const file = await readPrivateFile(path, secrets.memory);
  return file === undefined ? undefined : keyOf(path, file, secrets);
}

/**
 * Determines how the public key file relates to the private key. On failure, the private key is disposed of.
 *
 * @throws {KeyStoreError} `KEY_FILE_INVALID`, `KEY_FILE_MISMATCH`
 */
export async function judgePublicFile(
  { key, replaces }: LoadedKey,
  path: string,
  file: ReadFile | undefined,
): Promise<LoadedPair['publicFile']> {
  if (file === undefined) return 'missing';
  try {
    // If it is exactly what this package writes, there is nothing to parse.
    const written = new TextEncoder().encode(key.publicKey.pem);
    if (file.content.borrow((content) => Buffer.compare(content, written) === 0)) return 'current';
    const { fingerprint } = await file.content.use((content) => readPublicKey(path, content));
    if (fingerprint === key.publicKey.fingerprint) return 'current';
    if (replaces.includes(fingerprint)) return 'outdated';
    const message =
      'it does not belong to the private key. Restore the right one, or remove it to have it made again';
    throw new KeyStoreError('KEY_FILE_MISMATCH', path, message);
  } catch (error) {
    key.dispose();
    throw error;
  }
}

/**
 * A private key file is put in place before its public key file. So if it is the same before and after the public key
 * was read, that public key is its own or its predecessor's, never its successor's.
 */
async function readFiles(paths: PairPaths, memory: MemoryOptions): Promise<PairFiles | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const identity = await identityAt(paths.privateKeyPath);
    if (identity === undefined && !(await hasAppeared(paths))) return undefined;
    const files = await readBoth(paths, memory);
    if (files === undefined) continue;
    const isSame = files.privateFile.identity === identity;
    if (isSame && (await identityAt(paths.privateKeyPath)) === identity) return files;
    dispose(files);
  }
  throw new KeyStoreError(
    'KEY_FILE_UNREADABLE',
    paths.privateKeyPath,
    'it keeps changing while it is read. Try again',
  );
}

/** Reads both files together, since each waits for the thread pool several times. `undefined` without a private key. */
async function readBoth(paths: PairPaths, memory: MemoryOptions): Promise<PairFiles | undefined> {
  const [privateRead, publicRead] = await Promise.allSettled([
    readPrivateFile(paths.privateKeyPath, memory),
    readPublicFile(paths.publicKeyPath),
  ]);
  const privateFile = privateRead.status === 'fulfilled' ? privateRead.value : undefined;
  const publicFile = publicRead.status === 'fulfilled' ? publicRead.value : undefined;
  if (privateFile !== undefined && publicRead.status === 'fulfilled') return { privateFile, publicFile };
  privateFile?.content.dispose();
  publicFile?.content.dispose();
  for (const read of [privateRead, publicRead]) if (read.status === 'rejected') throw read.reason;
  return undefined;
}

function dispose({ privateFile, publicFile }: PairFiles): void {
  privateFile.content.dispose();
  publicFile?.content.dispose();
}

function keyOf(path: string, file: ReadFile, secrets: KeyFileSecrets): Promise<LoadedKey> {
  return file.content.use(async (content) => {
    const key = await readPrivateKey(content, { path, ...secrets });
    const { createdAt: claimed = file.modifiedAt, replaces } = readPreamble(content);
    const believed = believedCreation(claimed, file.modifiedAt, Date.now());
    const createdAt = believed ?? (await markAsNew(path, file.modifiedAt));
    return { key, createdAt, replaces, isUnchanged: async () => (await identityAt(path)) === file.identity };
  });
}

/** Twice the longest interval, in ms: more than a clock jumps when it is corrected. */
const FAR_MS = 2 * LIMITS.rotationIntervalMs;

/**
 * Lets a pair of unknown age count as new from now on. If its file is dated so far into the future that it would count
 * as new at every start, for years, its modification time is set to now, so that it ages. If that fails, the pair could
 * not be replaced either.
 */
async function markAsNew(path: string, modifiedAt: number): Promise<number> {
  const now = Date.now();
  if (modifiedAt > now + FAR_MS) await utimes(path, now / 1000, now / 1000).catch(() => undefined);
  return now;
}

async function readPublicKey(path: string, content: Uint8Array): Promise<RsaPublicKey> {
  try {
    return await RsaPublicKey.fromPem(content);
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    const message = `${error.message}. It was left untouched; remove it to have it made again from the private key`;
    throw new KeyStoreError('KEY_FILE_INVALID', path, message, { cause: error });
  }
}

/**
 * Reports whether another process has written a pair since no private key was found.
 *
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when there is only a public key
 */
async function hasAppeared({ privateKeyPath, publicKeyPath }: PairPaths): Promise<boolean> {
  if ((await identityAt(publicKeyPath)) === undefined) return false;
  // The private key is written first.
  if ((await identityAt(privateKeyPath)) !== undefined) return true;
  const message =
    'its private_key.pem is missing. Restore that, or move this file away to have a new pair made';
  throw new KeyStoreError('KEY_FILE_EXISTS', publicKeyPath, message);
}
