/** Private keys under a password: opens every supported format, and writes one. */
import { pbkdf2, scrypt } from 'node:crypto';
import { SecurityError, type Bytes } from '@nomyo/base';
import { decryptAesCbc, type CbcInput, type SecureByteContext } from '@nomyo/crypto';
import { encryptCbc, randomOctets } from './cbc.node.js';
import { isLegacyShape, LEGACY, splitLegacy } from './legacy.js';
import { readEncryptedKey, WRITTEN, writeEncryptedKey, type KeyDerivation } from './pbes2.js';
import type { MemoryOptions } from '../storage/place.js';

/**
 * Promises the key that `derive` calls back with. Importing `node:util` for its `promisify` would slow down every
 * start.
 */
function derived(derive: (done: (error: Error | null, key: Buffer) => void) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    derive((error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function derivePbkdf2(
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  keyBytes: number,
  digest: string,
): Promise<Buffer> {
  return derived((done) => pbkdf2(password, salt, rounds, keyBytes, digest, done));
}

function deriveScrypt(
  password: Uint8Array,
  { salt, cost, blockSize, parallelization }: Extract<KeyDerivation, { kind: 'scrypt' }>,
  keyBytes: number,
): Promise<Buffer> {
  // The memory of all blocks, doubled for OpenSSL's overhead.
  const maxmem = 2 * 128 * blockSize * (cost + parallelization);
  return derived((done) =>
    scrypt(password, salt, keyBytes, { cost, blockSize, parallelization, maxmem }, done),
  );
}

/**
 * Opens an EncryptedPrivateKeyInfo as PKCS#8; `undefined` if the password does not open it. The work is done in the
 * thread pool.
 *
 * @throws {SecurityError} `INVALID_KEY` when the structure is malformed or not supported
 */
export async function openEncryptedKey(
  der: Uint8Array,
  password: SecureByteContext,
  memory: MemoryOptions,
): Promise<SecureByteContext | undefined> {
  const { derivation, cipher, iv, ciphertext } = readEncryptedKey(der);
  const key = await password.borrow((secret) =>
    derivation.kind === 'scrypt'
      ? deriveScrypt(secret, derivation, cipher.keyBytes)
      : derivePbkdf2(secret, derivation.salt, derivation.rounds, cipher.keyBytes, derivation.digest),
  );
  try {
    return await openCbc({ key, iv, ciphertext }, memory);
  } finally {
    key.fill(0);
  }
}

/** Opens an encrypted key of nomyo-js 0.1 as PKCS#8; `undefined` if the password does not open it. */
export async function openLegacyKey(
  der: Uint8Array,
  password: SecureByteContext,
  memory: MemoryOptions,
): Promise<SecureByteContext | undefined> {
  if (!isLegacyShape(der)) return undefined;
  const { salt, iv, ciphertext } = splitLegacy(der);
  const { rounds, keyBytes, digest } = LEGACY;
  const key = await password.borrow((secret) => derivePbkdf2(secret, salt, rounds, keyBytes, digest));
  try {
    return await openCbc({ key, iv, ciphertext }, memory);
  } finally {
    key.fill(0);
  }
}

/** Decrypts; `undefined` if the padding is wrong, because of a wrong key or damage. */
async function openCbc(input: CbcInput, memory: MemoryOptions): Promise<SecureByteContext | undefined> {
  try {
    return await decryptAesCbc(input, memory);
  } catch (error) {
    if (error instanceof SecurityError && error.code === 'DECRYPTION_FAILED') return undefined;
    throw error;
  }
}

/** Encrypts a key as DER of an EncryptedPrivateKeyInfo: PBES2, PBKDF2-HMAC-SHA256 with 600 000 rounds, AES-256-CBC. */
export async function sealPkcs8(pkcs8: Uint8Array, password: SecureByteContext): Promise<Bytes> {
  const { rounds, digest, cipher, saltBytes, ivBytes } = WRITTEN;
  const salt = randomOctets(saltBytes);
  const iv = randomOctets(ivBytes);
  const key = await password.borrow((secret) => derivePbkdf2(secret, salt, rounds, cipher.keyBytes, digest));
  try {
    const ciphertext = encryptCbc(pkcs8, { cipher: cipher.name, key, iv });
    return writeEncryptedKey({ salt, iv, ciphertext });
  } finally {
    key.fill(0);
  }
}
