/**
 * Writes both files of a pair. The pair is stored the moment the private key file has its name. The public key file
 * follows; after a crash in between it is restored from the private key.
 */
import type { RsaPrivateKey, RsaPublicKey, SecureByteContext } from '@nomyo/crypto';
import { writePrivateKey } from '../format/private-key.node.js';
import type { PairPaths } from './read-pair.node.js';
import { commitNew, commitOver, MODE, remove, syncDirectory, writeTemporary } from './write-file.node.js';

/** Everything needed to store a pair. */
export interface PairToWrite {
  readonly directory: string;
  readonly paths: PairPaths;
  readonly pkcs8: SecureByteContext;
  readonly key: RsaPrivateKey;
  readonly password: SecureByteContext | undefined;
  readonly replaces: readonly string[];
  /** Unix time in ms. Default: now. */
  readonly createdAt?: number | undefined;
  /** Whether to replace existing files; otherwise they are an error. */
  readonly over: boolean;
  /** Throws if the files must not be put in place. Called when both are written, and before either has its name. */
  readonly ready: () => Promise<void>;
}

/** A pair that was stored. */
export interface WrittenPair {
  readonly key: RsaPrivateKey;
  /** Unix time in ms. */
  readonly createdAt: number;
}

/**
 * Writes both files of a pair.
 *
 * @throws {KeyStoreError} `KEY_FILE_UNWRITABLE`, `KEY_FILE_EXISTS`
 */
export async function writePair(pair: PairToWrite): Promise<WrittenPair> {
  const { directory, paths, key, ready, createdAt = Date.now() } = pair;
  const commit = pair.over ? commitOver : commitNew;
  const temporaries: string[] = [];
  try {
    const privateKey = await writePrivate(pair, createdAt);
    temporaries.push(privateKey);
    const publicKey = await writePublic(paths, key.publicKey);
    temporaries.push(publicKey);
    await ready();
    await commit(privateKey, paths.privateKeyPath);
    // A power failure must not leave the new public key next to the old private one.
    await syncDirectory(directory);
    await commit(publicKey, paths.publicKeyPath);
    await syncDirectory(directory);
    return { key, createdAt };
  } finally {
    for (const temporary of temporaries) await remove(temporary);
  }
}

/** Replaces only the public key file. */
export async function writePublicKey(
  directory: string,
  paths: PairPaths,
  publicKey: RsaPublicKey,
): Promise<void> {
  await commitOver(await writePublic(paths, publicKey), paths.publicKeyPath);
  await syncDirectory(directory);
}

async function writePrivate(
  { pkcs8, password, replaces, paths }: PairToWrite,
  createdAt: number,
): Promise<string> {
  const content = await pkcs8.borrow((bytes) => writePrivateKey(bytes, password, { createdAt, replaces }));
  try {
    return await writeTemporary(paths.privateKeyPath, content, MODE.privateFile);
  } finally {
    content.fill(0);
  }
}

function writePublic({ publicKeyPath }: PairPaths, { pem }: RsaPublicKey): Promise<string> {
  return writeTemporary(publicKeyPath, new TextEncoder().encode(pem), MODE.publicFile);
}
