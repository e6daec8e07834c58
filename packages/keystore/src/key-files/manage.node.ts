/** Manual management of a pair on disk, on Node: inspect it, change its password, import a key. */
import { resolve } from 'node:path';
import { RsaPublicKey, type SecureByteContext } from '@nomyo/crypto';
import { checkDirectory } from '../disk/directory.node.js';
import { KeyDirectory } from '../disk/key-directory.node.js';
import { readPrivateFile, readPublicFile, type ReadFile } from '../disk/read-file.node.js';
import { readPair } from '../disk/read-pair.node.js';
import { KeyStoreError } from '../errors.js';
import type { KeyFiles } from './file-options.js';
import { readPreamble, type PairRecord } from '../format/preamble.js';
import { isEncrypted, readPkcs8 } from '../format/private-key.node.js';
import type { KeyFileSecrets } from '../storage/place.js';
import { believedCreation } from '../believed-creation.js';
import type { PairFacts, StorageCall } from '../storage/storage.js';

const NO_SECRETS: KeyFileSecrets = { password: undefined, memory: {} };

/** A call that nothing aborts. */
const call = (): StorageCall => ({ signal: new AbortController().signal, background: false });

/** Everything that the files of a pair reveal without a password; `undefined` if there is no pair. */
export async function inspectFiles(keyDir: string): Promise<PairFacts | undefined> {
  const path = resolve(keyDir);
  const { paths } = new KeyDirectory(path, NO_SECRETS, 'keyDir');
  const file = (await checkDirectory(path)) ? await readPrivateFile(paths.privateKeyPath, {}) : undefined;
  if (file === undefined) return undefined;
  const { encrypted, createdAt } = await file.content.use(async (content) => ({
    encrypted: await isEncrypted(content, paths.privateKeyPath),
    createdAt: readPreamble(content).createdAt ?? file.modifiedAt,
  }));
  const publicKey = encrypted ? await claimedKey(paths) : await provenKey(paths);
  return {
    ...paths,
    publicKeyPem: publicKey?.pem,
    fingerprint: publicKey?.fingerprint,
    keySize: publicKey === undefined ? undefined : publicKey.modulusBytes * 8,
    createdAt: believedCreation(createdAt, file.modifiedAt, Date.now()) ?? Date.now(),
    encryption: encrypted ? 'password' : 'none',
  };
}

/** The key in the public key file. Without the password it cannot be checked against the private key. */
async function claimedKey({ publicKeyPath }: KeyFiles): Promise<RsaPublicKey | undefined> {
  const file = await readPublicFile(publicKeyPath);
  return file?.content.use((content) => RsaPublicKey.fromPem(content));
}

async function provenKey(paths: KeyFiles): Promise<RsaPublicKey | undefined> {
  const pair = await readPair(paths, NO_SECRETS);
  pair?.key.dispose();
  return pair?.key.publicKey;
}

/** Encrypts the private key with another password, or decrypts it. */
export async function resealFiles(keyDir: string, from: KeyFileSecrets, to: KeyFileSecrets): Promise<void> {
  const directory = new KeyDirectory(resolve(keyDir), to, 'keyDir');
  const { paths } = directory;
  // Checked before taking the lock, which would create the directory.
  if (!(await checkDirectory(directory.path))) throw missing(paths.privateKeyPath);
  await directory.update(call(), async (write) => {
    // Read as a store reads it: a mismatched public key is an error, and is not written again.
    (await readPair(paths, from))?.key.dispose();
    const { pkcs8, record } = await openSource(paths.privateKeyPath, from);
    try {
      (await write({ ...record, pkcs8, over: true })).key.dispose();
    } finally {
      pkcs8.dispose();
    }
  });
}

/** Imports a private key into a directory that has none. */
export async function importFile(
  { privateKeyPath, keyDir }: { readonly privateKeyPath: string; readonly keyDir: string },
  from: KeyFileSecrets,
  to: KeyFileSecrets,
): Promise<KeyFiles> {
  const { pkcs8, record } = await openSource(resolve(privateKeyPath), from);
  try {
    const directory = new KeyDirectory(resolve(keyDir), to, 'keyDir');
    await directory.update(call(), async (write) => {
      await directory.checkEmpty();
      (await write({ ...record, pkcs8, over: false })).key.dispose();
    });
    return directory.paths;
  } finally {
    pkcs8.dispose();
  }
}

/** Reads the private key of a file, and the file's record of the pair. */
async function openSource(
  path: string,
  secrets: KeyFileSecrets,
): Promise<{ pkcs8: SecureByteContext; record: Omit<PairRecord, 'digest'> }> {
  const file: ReadFile | undefined = await readPrivateFile(path, {});
  if (file === undefined) throw missing(path);
  return file.content.use(async (content) => {
    const { createdAt, replaces } = readPreamble(content);
    return { pkcs8: await readPkcs8(content, { path, ...secrets }), record: { createdAt, replaces } };
  });
}

function missing(path: string): KeyStoreError {
  return new KeyStoreError('KEY_FILE_UNREADABLE', path, 'the file does not exist. Check the path');
}
