/** What functions that work on single key files take and give. */
import type { KeySize } from '@nomyo/crypto';

/** Options of {@link generateKeyFiles}. */
export interface GenerateKeyFilesOptions {
  /** Where to write `private_key.pem` and `public_key.pem`; made, with its parents, when it is missing. */
  readonly keyDir: string;
  /** Encrypts the private key; at least 8 characters, or bytes. Default: it is not encrypted; `undefined` is refused. */
  readonly password?: string | Uint8Array;
  /** Modulus in bits: 2048, 3072 or 4096. Default: 4096. */
  readonly keySize?: KeySize | undefined;
}

/** Two absolute paths: what {@link loadKeyFiles} takes. */
export interface KeyFiles {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
}

/** Options of {@link loadKeyFiles}. */
export interface LoadKeyFilesOptions {
  /** PEM or DER: PKCS#8 or PKCS#1, with or without a password; or what nomyo-js 0.1 wrote. */
  readonly privateKeyPath: string;
  /** SPKI PEM. Where it is given, it must be the other half of the private key. */
  readonly publicKeyPath?: string | undefined;
  /** Opens the private key. A file without protection is refused when there is a password; `undefined` is refused. */
  readonly password?: string | Uint8Array;
}

/** Options of {@link inspectKeyFiles}. */
export interface InspectKeyFilesOptions {
  /** Directory of the pair. */
  readonly keyDir: string;
  /** Age at which a store would replace the pair, in ms. Default: 86 400 000 (24 h). 0: never. */
  readonly rotationInterval?: number | undefined;
}

/** What can be known of a pair without its password. */
export interface KeyPairInfo extends KeyFiles {
  /**
   * SPKI PEM. Of an encrypted pair it is what `public_key.pem` says, which only the password can prove; `undefined`
   * when that file is missing.
   */
  readonly publicKeyPem: string | undefined;
  /** `sha256/` and the base64 of the SHA-256 of the public key's SPKI. */
  readonly fingerprint: string | undefined;
  /** Modulus, in bits. */
  readonly keySize: number | undefined;
  /** Unix time in ms. */
  readonly createdAt: number;
  /** Unix time in ms at which a store would replace the pair, a minute or so before; `undefined`: never. */
  readonly nextRotationAt: number | undefined;
  /** Whether the private key file can be read without a password. */
  readonly encryption: 'none' | 'password';
}

/** Options of {@link changeKeyPassword}. */
export interface ChangeKeyPasswordOptions {
  /** Directory of the pair. */
  readonly keyDir: string;
  /** Opens the private key. Default: it is not encrypted; `undefined` is refused. */
  readonly password?: string | Uint8Array;
  /** Encrypts it from now on; at least 8 characters, or bytes. `null`: it is not encrypted any more. */
  readonly newPassword: string | Uint8Array | null;
}

/** Options of {@link importKeyFiles}. */
export interface ImportKeyFilesOptions {
  /** The private key to import, in any format that {@link loadKeyFiles} reads. It stays where it is. */
  readonly privateKeyPath: string;
  /** Opens it. Default: it is not encrypted; `undefined` is refused. */
  readonly password?: string | Uint8Array;
  /** Directory to write the pair to, which must hold none. */
  readonly keyDir: string;
  /** Encrypts what is written; at least 8 characters, or bytes. `null`: it is not encrypted. Default: `password`. */
  readonly newPassword?: string | Uint8Array | null;
}
