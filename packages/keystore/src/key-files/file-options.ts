/** Options and results of the functions that work on single key files. */
import type { KeySize } from '@nomyo/crypto';

/** Options of {@link generateKeyFiles}. */
export interface GenerateKeyFilesOptions {
  /** Directory for `private_key.pem` and `public_key.pem`; created, with its parents, if it is missing. */
  readonly keyDir: string;
  /**
   * Encrypts the private key; at least 8 characters or bytes. Default: not encrypted; an explicit `undefined` is an
   * error.
   */
  readonly password?: string | Uint8Array;
  /** Modulus of the key, in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize | undefined;
}

/** Two absolute paths, as {@link loadKeyFiles} takes them. */
export interface KeyFiles {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
}

/** Options of {@link loadKeyFiles}. */
export interface LoadKeyFilesOptions {
  /** Private key as PEM or DER: PKCS#8 or PKCS#1, encrypted or not, or the format of nomyo-js 0.1. */
  readonly privateKeyPath: string;
  /** Public key as SPKI PEM, which must then be the other half of the private key. Default: it is not checked. */
  readonly publicKeyPath?: string | undefined;
  /**
   * Opens the private key. With a password, an unencrypted file is an error (`KEY_FILE_PASSWORD`). Default: the file is
   * not encrypted; an explicit `undefined` is an error.
   */
  readonly password?: string | Uint8Array;
}

/** Options of {@link inspectKeyFiles}. */
export interface InspectKeyFilesOptions {
  /** Directory of the pair. */
  readonly keyDir: string;
  /**
   * Age at which a store would replace the pair, in ms, at most 31 622 400 000 (366 days). Default: 86 400 000 (24 h).
   * 0: never.
   */
  readonly rotationInterval?: number | undefined;
}

/** Everything that can be known about a pair without its password. */
export interface KeyPairInfo extends KeyFiles {
  /**
   * Public key as SPKI PEM. For an encrypted pair this is the content of `public_key.pem`, which cannot be verified
   * without the password; `undefined` if that file is missing.
   */
  readonly publicKeyPem: string | undefined;
  /** `sha256/` and the base64 of the SHA-256 of the public key's SPKI; `undefined` like {@link publicKeyPem}. */
  readonly fingerprint: string | undefined;
  /** Modulus, in bits; `undefined` like {@link publicKeyPem}. */
  readonly keySize: number | undefined;
  /** Creation time of the pair, Unix time in ms. */
  readonly createdAt: number;
  /** Unix time in ms at which the pair is due; a store replaces it up to a minute earlier. `undefined`: never. */
  readonly nextRotationAt: number | undefined;
  /** `password`: the private key file cannot be read without one. */
  readonly encryption: 'none' | 'password';
}

/** Options of {@link changeKeyPassword}. */
export interface ChangeKeyPasswordOptions {
  /** Directory of the pair. */
  readonly keyDir: string;
  /** Opens the private key. Default: it is not encrypted; an explicit `undefined` is an error. */
  readonly password?: string | Uint8Array;
  /**
   * Encrypts the private key from now on; at least 8 characters or bytes. `null`: it is no longer encrypted. Required.
   */
  readonly newPassword: string | Uint8Array | null;
}

/** Options of {@link importKeyFiles}. */
export interface ImportKeyFilesOptions {
  /** The private key to import, in any format that {@link loadKeyFiles} reads. It stays where it is. */
  readonly privateKeyPath: string;
  /** Opens that key. Default: it is not encrypted; an explicit `undefined` is an error. */
  readonly password?: string | Uint8Array;
  /** Directory to write the pair to; it must not hold one. */
  readonly keyDir: string;
  /** Encrypts the copy; at least 8 characters or bytes. `null`: it is not encrypted. Default: `password`. */
  readonly newPassword?: string | Uint8Array | null;
}
