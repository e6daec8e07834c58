/**
 * The structure of an encrypted private key: EncryptedPrivateKeyInfo (RFC 5958 §3) with PBES2 (RFC 8018
 * appendix A.4), PBKDF2 (appendix A.2) or scrypt (RFC 7914 §7), and AES in CBC mode (RFC 8018 appendix B.2.5).
 */
import { SecurityError, type Bytes } from '@nomyo/base';
import {
  DER_TAG,
  derEncode,
  derOid,
  DerReader,
  derSmallUnsigned,
  readSmallUnsigned,
} from '@nomyo/crypto/der';
import { UnsupportedFormat } from './unsupported.js';

/** An AES key size in CBC mode. */
export interface CbcCipher {
  readonly name: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc';
  readonly keyBytes: number;
  readonly oid: string;
}

/** Derivation of a key from a password. */
export type KeyDerivation =
  | { readonly kind: 'pbkdf2'; readonly salt: Uint8Array; readonly rounds: number; readonly digest: string }
  | {
      readonly kind: 'scrypt';
      readonly salt: Uint8Array;
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
    };

/** An encrypted key, as views of the bytes it was read from. */
export interface EncryptedKey {
  readonly derivation: KeyDerivation;
  readonly cipher: CbcCipher;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const OID = {
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  scrypt: '2b06010401da47040b',
} as const;

const CIPHERS: readonly CbcCipher[] = [
  { name: 'aes-128-cbc', keyBytes: 16, oid: '608648016503040102' },
  { name: 'aes-192-cbc', keyBytes: 24, oid: '608648016503040116' },
  { name: 'aes-256-cbc', keyBytes: 32, oid: '60864801650304012a' },
];

/** HMACs as pseudorandom functions of PBKDF2 (RFC 8018 appendix B.1), by OID. */
const DIGESTS: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0208': 'sha224',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
};

/** Parameters of the files that are written. */
export const WRITTEN = {
  rounds: 600_000,
  digest: 'sha256',
  digestOid: '2a864886f70d0209',
  cipher: { name: 'aes-256-cbc', keyBytes: 32, oid: '60864801650304012a' },
  saltBytes: 16,
  ivBytes: 16,
} as const;

/** Limits on the work that a file may ask for. scrypt takes 128 * N * r bytes of memory (RFC 7914 §2). */
const LIMITS = {
  saltBytes: 1024,
  rounds: 10_000_000,
  scryptMemoryBytes: 256 * 1024 * 1024,
  /** Memory times p: the number of bytes that scrypt writes in total. */
  scryptWorkBytes: 1024 * 1024 * 1024,
} as const;

/** Most rounds that are acceptable on the main thread, where Node's own key import derives the key. */
const MAX_SYNCHRONOUS_ROUNDS = 1_000_000;

const unsupported = (what: string): UnsupportedFormat =>
  new UnsupportedFormat(`an encrypted private key with ${what}`, 'pem');

const malformed = (what: string): SecurityError =>
  new SecurityError('INVALID_KEY', `the encrypted private key is damaged: invalid ${what}`);

/**
 * Reads the structure of an encrypted key.
 *
 * @throws {SecurityError} `INVALID_KEY` when it is malformed
 * @throws {UnsupportedFormat} when it uses an unknown algorithm, or asks for too much work
 */
export function readEncryptedKey(der: Uint8Array): EncryptedKey {
  const { algorithm, ciphertext } = readOuter(der);
  if (algorithm.oid() !== OID.pbes2) throw unsupported('a scheme other than PBES2');
  const parameters = algorithm.sequence();
  algorithm.end();
  const derivation = parameters.sequence();
  const encryption = parameters.sequence();
  parameters.end();
  const cipher = readCipher(encryption);
  if (ciphertext.byteLength === 0 || ciphertext.byteLength % WRITTEN.ivBytes !== 0) {
    throw malformed('length');
  }
  return { ...cipher, ciphertext, derivation: readDerivation(derivation, cipher.cipher.keyBytes) };
}

/**
 * Reports whether a key that {@link readEncryptedKey} does not support asks for so little work that Node may open it.
 */
export function asksForLittleWork(der: Uint8Array): boolean {
  try {
    const { algorithm } = readOuter(der);
    const isPbes2 = algorithm.oid() === OID.pbes2;
    const parameters = algorithm.sequence();
    if (!isPbes2) {
      // RFC 8018 appendix A.3, RFC 7292 appendix C: salt and rounds.
      parameters.read(DER_TAG.octetString);
      return readSmallUnsigned(parameters) <= MAX_SYNCHRONOUS_ROUNDS;
    }
    const derivation = readDerivation(parameters.sequence(), undefined);
    return derivation.kind === 'scrypt' || derivation.rounds <= MAX_SYNCHRONOUS_ROUNDS;
  } catch {
    return false;
  }
}

function readOuter(der: Uint8Array): { algorithm: DerReader; ciphertext: Uint8Array } {
  const outer = new DerReader(der);
  const info = outer.sequence();
  outer.end();
  const algorithm = info.sequence();
  const ciphertext = info.read(DER_TAG.octetString);
  info.end();
  return { algorithm, ciphertext };
}

/** Writes the DER of a key that was encrypted with the parameters of {@link WRITTEN}. */
export function writeEncryptedKey({
  salt,
  iv,
  ciphertext,
}: Record<'salt' | 'iv' | 'ciphertext', Uint8Array>): Bytes {
  const { sequence, octetString, null: nothing } = DER_TAG;
  const prf = derEncode(sequence, derOid(WRITTEN.digestOid), derEncode(nothing));
  const pbkdf2 = derEncode(sequence, derEncode(octetString, salt), derSmallUnsigned(WRITTEN.rounds), prf);
  const derivation = derEncode(sequence, derOid(OID.pbkdf2), pbkdf2);
  const encryption = derEncode(sequence, derOid(WRITTEN.cipher.oid), derEncode(octetString, iv));
  const pbes2 = derEncode(sequence, derOid(OID.pbes2), derEncode(sequence, derivation, encryption));
  return derEncode(sequence, pbes2, derEncode(octetString, ciphertext));
}

function readCipher(encryption: DerReader): Pick<EncryptedKey, 'cipher' | 'iv'> {
  const oid = encryption.oid();
  const cipher = CIPHERS.find((entry) => entry.oid === oid);
  if (cipher === undefined) throw unsupported('a cipher other than AES-CBC');
  const iv = encryption.read(DER_TAG.octetString);
  encryption.end();
  if (iv.byteLength !== WRITTEN.ivBytes) throw malformed('initialization vector');
  return { cipher, iv };
}

/** @param keyBytes key length of the cipher, if it is known */
function readDerivation(derivation: DerReader, keyBytes: number | undefined): KeyDerivation {
  const oid = derivation.oid();
  const parameters = derivation.sequence();
  derivation.end();
  if (oid === OID.pbkdf2) return readPbkdf2(parameters, keyBytes);
  if (oid === OID.scrypt) return readScrypt(parameters, keyBytes);
  throw unsupported('a key derivation other than PBKDF2 or scrypt');
}

function readPbkdf2(parameters: DerReader, keyBytes: number | undefined): KeyDerivation {
  const salt = readSalt(parameters);
  const rounds = readSmallUnsigned(parameters);
  if (rounds < 1) throw malformed('number of rounds');
  if (rounds > LIMITS.rounds) throw unsupported(`more than ${String(LIMITS.rounds)} rounds of PBKDF2`);
  checkKeyLength(parameters, keyBytes);
  const digest = parameters.atEnd ? 'sha1' : readDigest(parameters.sequence());
  parameters.end();
  return { kind: 'pbkdf2', salt, rounds, digest };
}

function readDigest(prf: DerReader): string {
  const digest = DIGESTS[prf.oid()];
  if (digest === undefined) throw unsupported('an unknown hash of PBKDF2');
  if (!prf.atEnd && prf.read(DER_TAG.null).byteLength !== 0) throw malformed('hash of PBKDF2');
  prf.end();
  return digest;
}

function readScrypt(parameters: DerReader, keyBytes: number | undefined): KeyDerivation {
  const salt = readSalt(parameters);
  const cost = readSmallUnsigned(parameters);
  const blockSize = readSmallUnsigned(parameters);
  const parallelization = readSmallUnsigned(parameters);
  checkKeyLength(parameters, keyBytes);
  parameters.end();
  const memory = 128 * cost * blockSize;
  const isPowerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost));
  if (!isPowerOfTwo || blockSize < 1 || parallelization < 1) throw malformed('parameters of scrypt');
  if (memory > LIMITS.scryptMemoryBytes || memory * parallelization > LIMITS.scryptWorkBytes) {
    throw unsupported('scrypt parameters that ask for too much memory or work');
  }
  return { kind: 'scrypt', salt, cost, blockSize, parallelization };
}

function readSalt(parameters: DerReader): Uint8Array {
  const salt = parameters.read(DER_TAG.octetString);
  if (salt.byteLength > LIMITS.saltBytes) throw malformed('salt');
  return salt;
}

function checkKeyLength(parameters: DerReader, keyBytes: number | undefined): void {
  if (parameters.peek() !== DER_TAG.integer) return;
  const length = readSmallUnsigned(parameters);
  if (keyBytes !== undefined && length !== keyBytes) throw malformed('key length');
}
