/** The content of a private key file: every format that is read, and the one that is written. */
import {
  decodePem,
  encodePem,
  PEM_LABEL,
  pkcs8FromPkcs1,
  RsaPrivateKey,
  type SecureByteContext,
} from '@nomyo/crypto';
import { concatBytes, SecurityError, type Bytes } from '@nomyo/base';
import type { PemBlock } from '@nomyo/crypto';
import { DER_TAG, DerReader } from '@nomyo/crypto/der';
import { KeyStoreError } from '../errors.js';
import { isLegacyShape } from './legacy.js';
import { openEncryptedKey, openLegacyKey, sealPkcs8 } from './password.node.js';
import { writePreamble, type PairRecord } from './preamble.js';

/** What it takes to open a file. */
export interface KeyFileSecrets {
  readonly password: SecureByteContext | undefined;
  readonly secure: boolean;
}

/** A file that is being read: where it is, and how to open it. */
export interface KeyFileContext extends KeyFileSecrets {
  readonly path: string;
}

const TODO = 'It was left untouched: restore it from a backup, or move it away to have a new pair made';

/**
 * @param file the whole file; it stays the caller's to wipe
 * @throws {KeyStoreError} `KEY_FILE_INVALID`, or `KEY_FILE_PASSWORD`
 */
export async function readPrivateKey(file: Uint8Array, context: KeyFileContext): Promise<RsaPrivateKey> {
  try {
    const block = decodePem(file);
    try {
      return await keyOf(block, context);
    } finally {
      block.der.fill(0);
    }
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    throw new KeyStoreError('KEY_FILE_INVALID', context.path, `${error.message}. ${TODO}`, { cause: error });
  }
}

/** The content of a file, which the caller wipes. */
export async function writePrivateKey(
  pkcs8: Uint8Array,
  password: SecureByteContext | undefined,
  record: PairRecord,
): Promise<Bytes> {
  const pem =
    password === undefined
      ? encodePem(PEM_LABEL.privateKey, pkcs8)
      : encodePem(PEM_LABEL.encryptedPrivateKey, await sealPkcs8(pkcs8, password));
  try {
    return concatBytes(writePreamble(record), pem);
  } finally {
    pem.fill(0);
  }
}

function keyOf({ label, der }: PemBlock, context: KeyFileContext): Promise<RsaPrivateKey> {
  switch (label) {
    case PEM_LABEL.encryptedPrivateKey:
      return openProtected(der, context, openEncryptedKey);
    case PEM_LABEL.rsaPrivateKey:
      return openUnprotected(pkcs8FromPkcs1(der), context);
    case PEM_LABEL.privateKey:
      return isPkcs8(der) || !isLegacyShape(der)
        ? openUnprotected(der, context)
        : openProtected(der, context, openLegacyKey);
    default:
      throw new SecurityError('INVALID_KEY', 'the PEM block holds no private key');
  }
}

async function openUnprotected(pkcs8: Bytes, { path, password }: KeyFileContext): Promise<RsaPrivateKey> {
  try {
    if (password === undefined || !isPkcs8(pkcs8)) return await RsaPrivateKey.fromPkcs8(pkcs8);
    const message =
      'there is a password, and the private key is not protected by it. Protect it with ' +
      '`openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`, or leave the password out';
    throw new KeyStoreError('KEY_FILE_PASSWORD', path, message);
  } finally {
    pkcs8.fill(0);
  }
}

async function openProtected(
  der: Uint8Array,
  { path, password, secure }: KeyFileContext,
  open: typeof openEncryptedKey,
): Promise<RsaPrivateKey> {
  if (password === undefined) {
    throw new KeyStoreError('KEY_FILE_PASSWORD', path, `the private key is protected by a password; give it`);
  }
  const pkcs8 = await open(der, password, secure);
  if (pkcs8 !== undefined) {
    // With a wrong password, the padding comes out right once in 256 times.
    if (pkcs8.borrow(isPkcs8)) return pkcs8.use((bytes) => RsaPrivateKey.fromPkcs8(bytes));
    pkcs8.dispose();
  }
  const message = 'the password does not open the private key, or the file is damaged. It was left untouched';
  throw new KeyStoreError('KEY_FILE_PASSWORD', path, message);
}

/** Whether it looks like a PrivateKeyInfo (RFC 5208 §5), of whatever kind of key. */
function isPkcs8(der: Uint8Array): boolean {
  try {
    const outer = new DerReader(der);
    const info = outer.sequence();
    outer.end();
    info.smallUnsigned();
    info.sequence().oid();
    info.read(DER_TAG.octetString);
    return true;
  } catch {
    return false;
  }
}
