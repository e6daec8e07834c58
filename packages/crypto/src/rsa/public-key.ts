import { encodeBase64 } from '../base64.js';
import { concatBytes, SecurityError, type Bytes } from '@nomyo/base';
import { SUITE } from '../suite.js';
import { decodePem, encodePublicKeyPem, PEM_LABEL } from '../pem.js';
import * as oaep from './oaep.js';
import { bitLength, readSpki, type RsaPublicNumbers } from './pkcs8.js';

/** NIST SP 800-56B §6.2: 2^16 < e < 2^256, odd. */
const MIN_EXPONENT_BITS = 17;
const MAX_EXPONENT_BITS = 256;

/** An RSA public key that AES keys are wrapped to. Import it once and use it for many envelopes. */
export class RsaPublicKey {
  /** Length of the modulus, in bits. */
  readonly modulusLength: number;
  /** Length of the modulus, and of everything wrapped to this key, in bytes. */
  readonly modulusBytes: number;
  /** SPKI, as PEM (RFC 7468 §13). */
  readonly pem: string;
  /** `sha256/` and the base64 of the SHA-256 of the SPKI, as in RFC 7469 §2.4. */
  readonly fingerprint: string;
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey, modulusLength: number, pem: string, fingerprint: string) {
    this.#key = key;
    this.modulusLength = modulusLength;
    this.modulusBytes = Math.ceil(modulusLength / 8);
    this.pem = pem;
    this.fingerprint = fingerprint;
  }

  /**
   * @param pem one `PUBLIC KEY` block, as text or as its bytes
   * @throws {InvalidArgumentError} when `pem` is neither a string nor a `Uint8Array`
   * @throws {SecurityError} `INVALID_KEY` as {@link fromSpki}, and when there is no such block
   * @example
   * const routerKey = await RsaPublicKey.fromPem(pem);
   */
  static async fromPem(pem: string | Uint8Array): Promise<RsaPublicKey> {
    const { label, der } = decodePem(pem);
    if (label !== PEM_LABEL.publicKey) {
      throw new SecurityError('INVALID_KEY', 'the PEM block is not a public key');
    }
    return RsaPublicKey.fromSpki(der);
  }

  /**
   * @param spki DER of a SubjectPublicKeyInfo (RFC 5280 §4.1)
   * @throws {SecurityError} `INVALID_KEY` on damage, on fewer than 2048 or more than 16384 bits, or a weak exponent
   */
  static async fromSpki(spki: Uint8Array): Promise<RsaPublicKey> {
    const der = concatBytes(spki);
    const numbers = readSpki(der);
    checkStrength(numbers);
    const digest = await globalThis.crypto.subtle.digest('SHA-256', der);
    const fingerprint = `sha256/${encodeBase64(new Uint8Array(digest))}`;
    const pem = encodePublicKeyPem(der);
    return new RsaPublicKey(await importKey(der), bitLength(numbers.n), pem, fingerprint);
  }

  /** Wraps an AES key (RSA-OAEP-SHA256, SPEC.md §5): one block of {@link modulusBytes}. */
  async wrap(aesKey: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.encrypt(oaep.OAEP, this.#key, aesKey));
  }
}

/**
 * A copy of an AES key that was wrapped to `publicKey`, which is exactly one block.
 *
 * @throws {TypeError} on any other length: OpenSSL would accept a shorter block as the same number without its leading
 *   zeros, which RFC 8017 §7.1.2, step 1b, forbids
 */
export function blockOf(wrapped: Uint8Array, { modulusBytes }: RsaPublicKey): Bytes {
  if (wrapped.byteLength !== modulusBytes) throw new TypeError('wrong length');
  return concatBytes(wrapped);
}

/** @throws {SecurityError} `INVALID_KEY` when the numbers are too small, too large or even */
export function checkStrength({ n, e }: RsaPublicNumbers): void {
  const bits = bitLength(n);
  if (bits < SUITE.minModulusBits || bits > SUITE.maxModulusBits) {
    const range = `${String(SUITE.minModulusBits)} to ${String(SUITE.maxModulusBits)}`;
    throw new SecurityError('INVALID_KEY', `the RSA key has ${String(bits)} bits; ${range} are accepted`);
  }
  const exponentBits = bitLength(e);
  const isOdd = (magnitude: Uint8Array): boolean => (magnitude.at(-1) ?? 0) % 2 === 1;
  if (exponentBits < MIN_EXPONENT_BITS || exponentBits > MAX_EXPONENT_BITS || !isOdd(e) || !isOdd(n)) {
    throw new SecurityError('INVALID_KEY', 'the RSA key has a weak exponent or an even modulus');
  }
}

async function importKey(der: Bytes): Promise<CryptoKey> {
  try {
    return await oaep.importSpki(der);
  } catch {
    throw new SecurityError('INVALID_KEY', 'the crypto library refuses the RSA public key');
  }
}
