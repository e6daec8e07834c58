/** Reads private key files in every supported format, and writes them in one. */
import { createHash } from 'node:crypto';
import {
  decodePem,
  encodePem,
  PEM_LABEL,
  pkcs8FromPkcs1,
  RsaPrivateKey,
  SecureByteContext,
} from '@nomyo/crypto';
import { concatBytes, SecurityError, type Bytes } from '@nomyo/base';
import type { PemBlock } from '@nomyo/crypto';
import { DER_TAG, DerReader, readSmallUnsigned } from '@nomyo/crypto/der';
import { KeyStoreError } from '../errors.js';
import type { KeyFileSecrets, MemoryOptions } from '../storage/place.js';
import { worksBothWays } from './both-ways.node.js';
import { isLegacyShape } from './legacy.js';
import { locatePrivateKey } from './locate.js';
import { openWithNode } from './node-key.node.js';
import { openEncryptedKey, openLegacyKey, sealPkcs8 } from './password.node.js';
import { asksForLittleWork } from './pbes2.js';
import { readPreamble, writePreamble, type PairRecord } from './preamble.js';
import { describeUnsupported, UnsupportedFormat } from './unsupported.js';

/** A file that is being read: its path, and the secrets that open it. */
export interface KeyFileContext extends KeyFileSecrets {
  readonly path: string;
}

/** Opens an encrypted key; `undefined` when the password is wrong. */
type Open = (
  password: SecureByteContext,
  memory: MemoryOptions,
) => Promise<SecureByteContext | undefined> | SecureByteContext | undefined;

const TODO = 'It was left untouched; restore it from a backup, or move it away to have a new pair made';

/**
 * Reads a private key file.
 *
 * @param file the whole file; it stays the caller's to wipe
 * @throws {KeyStoreError} `KEY_FILE_INVALID`, or `KEY_FILE_PASSWORD`
 */
export async function readPrivateKey(file: Uint8Array, context: KeyFileContext): Promise<RsaPrivateKey> {
  return explained(context.path, async () => {
    const pkcs8 = await openFile(file, context);
    return pkcs8.use((der) => importKey(der, file, context));
  });
}

/**
 * Reads a private key file as PKCS#8 DER, to be written again. The caller disposes of it.
 *
 * @throws as {@link readPrivateKey} does
 */
export async function readPkcs8(file: Uint8Array, context: KeyFileContext): Promise<SecureByteContext> {
  return explained(context.path, async () => {
    const pkcs8 = await openFile(file, context);
    try {
      // A key that does not work must not be written anywhere.
      (await pkcs8.borrow((der) => importKey(der, file, context))).dispose();
      return pkcs8;
    } catch (error) {
      pkcs8.dispose();
      throw error;
    }
  });
}

/**
 * Reports whether a password is needed to read the key.
 *
 * @throws {KeyStoreError} `KEY_FILE_INVALID`
 */
export function isEncrypted(file: Uint8Array, path: string): Promise<boolean> {
  return explained(path, () => {
    const located = locatePrivateKey(file);
    if (located.kind === 'legacy-pem') return Promise.resolve(true);
    if (located.kind === 'der') return Promise.resolve(located.label === PEM_LABEL.encryptedPrivateKey);
    const { label, der } = decodePem(located.block);
    try {
      const isOld = label === PEM_LABEL.privateKey && !isPkcs8(der) && isLegacyShape(der);
      return Promise.resolve(isOld || label === PEM_LABEL.encryptedPrivateKey);
    } finally {
      der.fill(0);
    }
  });
}

/**
 * Imports a key. In a file that this package wrote, the digest reveals damage. A key from a file made elsewhere must
 * work both ways, except with `requireLocked`: OpenSSL needs it in ordinary memory for that.
 */
async function importKey(pkcs8: Bytes, file: Uint8Array, { memory }: KeyFileContext): Promise<RsaPrivateKey> {
  const key = await RsaPrivateKey.fromPkcs8(pkcs8, memory);
  const isOurs = readPreamble(file).digest !== undefined;
  if (isOurs || memory.requireLocked === true || worksBothWays(pkcs8)) return key;
  key.dispose();
  throw new SecurityError('INVALID_KEY', 'the numbers of the private key do not belong together');
}

async function explained<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    if (cause instanceof UnsupportedFormat) {
      throw new KeyStoreError('KEY_FILE_INVALID', path, describeUnsupported(cause, path));
    }
    if (!(cause instanceof SecurityError)) throw cause;
    throw new KeyStoreError('KEY_FILE_INVALID', path, `${cause.message}. ${TODO}`, { cause });
  }
}

/** Formats the content of a private key file. The caller wipes it. */
export async function writePrivateKey(
  pkcs8: Uint8Array,
  password: SecureByteContext | undefined,
  record: Omit<PairRecord, 'digest'>,
): Promise<Bytes> {
  const isSealed = password !== undefined;
  const der = isSealed ? await sealPkcs8(pkcs8, password) : pkcs8;
  const pem = encodePem(isSealed ? PEM_LABEL.encryptedPrivateKey : PEM_LABEL.privateKey, der);
  try {
    return concatBytes(writePreamble({ ...record, digest: digestOf(der) }), pem);
  } finally {
    pem.fill(0);
  }
}

async function openFile(file: Uint8Array, context: KeyFileContext): Promise<SecureByteContext> {
  const located = locatePrivateKey(file);
  if (located.kind === 'legacy-pem') {
    const source = { key: located.block, format: 'pem' } as const;
    return openProtected(context, (password, memory) => openWithNode(source, password, memory));
  }
  if (located.kind === 'der') return openDer({ label: located.label, der: concatBytes(file) }, context);
  const block = decodePem(located.block);
  checkDigest(block.der, readPreamble(file).digest);
  return openDer(block, context);
}

/** SHA-256 of the content of the PEM block. */
function digestOf(der: Uint8Array): string {
  return `sha256/${createHash('sha256').update(der).digest('base64')}`;
}

/** @throws {SecurityError} `INVALID_KEY` */
function checkDigest(der: Bytes, digest: string | undefined): void {
  if (digest === undefined || digest === digestOf(der)) return;
  der.fill(0);
  const message = 'the private key does not match its Digest line, so the file is damaged or was edited';
  throw new SecurityError('INVALID_KEY', message);
}

/** @param block of which the content is wiped */
async function openDer({ label, der }: PemBlock, context: KeyFileContext): Promise<SecureByteContext> {
  try {
    switch (label) {
      case PEM_LABEL.encryptedPrivateKey:
        return await openProtected(context, (password, memory) => openSealed(der, password, memory));
      case PEM_LABEL.rsaPrivateKey:
        return openUnprotected(pkcs8FromPkcs1(der), context);
      default:
        if (isPkcs8(der) || !isLegacyShape(der)) return openUnprotected(der, context);
        return await openProtected(context, (password, memory) => openLegacyKey(der, password, memory));
    }
  } finally {
    der.fill(0);
  }
}

/** Opens an encrypted key; if this package does not know the encryption, Node may. */
async function openSealed(
  der: Uint8Array,
  password: SecureByteContext,
  memory: MemoryOptions,
): Promise<SecureByteContext | undefined> {
  try {
    return await openEncryptedKey(der, password, memory);
  } catch (error) {
    if (!(error instanceof UnsupportedFormat) || !asksForLittleWork(der)) throw error;
    return openWithNode({ key: der, format: 'der', type: 'pkcs8' }, password, memory);
  }
}

/** @param pkcs8 wiped in the end */
function openUnprotected(pkcs8: Bytes, context: KeyFileContext): SecureByteContext {
  const { path, password, allowsUnprotected = false, memory } = context;
  try {
    if (password !== undefined && !allowsUnprotected && isPkcs8(pkcs8)) {
      const message =
        'a password was given, but the private key is not encrypted. Encrypt it with ' +
        '`openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`, or leave out the password';
      throw new KeyStoreError('KEY_FILE_PASSWORD', path, message);
    }
    return new SecureByteContext(pkcs8, memory);
  } finally {
    pkcs8.fill(0);
  }
}

async function openProtected(
  { path, password, memory }: KeyFileContext,
  open: Open,
): Promise<SecureByteContext> {
  if (password === undefined) {
    throw new KeyStoreError('KEY_FILE_PASSWORD', path, 'the private key is encrypted. Give its password');
  }
  const pkcs8 = await open(password, memory);
  // With a wrong password, the padding is right by chance about once in 256 times.
  if (pkcs8?.borrow(isPkcs8) === true) return pkcs8;
  pkcs8?.dispose();
  const message = 'the password does not open the private key, or the file is damaged. It was left untouched';
  throw new KeyStoreError('KEY_FILE_PASSWORD', path, message);
}

/** Reports whether it looks like a PrivateKeyInfo (RFC 5208 §5), whatever the type of the key. */
function isPkcs8(der: Uint8Array): boolean {
  try {
    const outer = new DerReader(der);
    const info = outer.sequence();
    outer.end();
    readSmallUnsigned(info);
    info.sequence().oid();
    info.read(DER_TAG.octetString);
    return true;
  } catch {
    return false;
  }
}
