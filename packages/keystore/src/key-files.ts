import { platform } from '#storage';
import type { KeySize, RsaPrivateKey } from '@nomyo/crypto';

/** Options of {@link generateKeyFiles}. */
export interface GenerateKeyFilesOptions {
  /** Where to write `private_key.pem` and `public_key.pem`; made, with its parents, when it is missing. */
  readonly keyDir: string;
  /** Encrypts the private key; at least 8 characters, or bytes. Default: it is not encrypted. */
  readonly password?: string | Uint8Array | undefined;
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
  /** PEM: PKCS#8, with or without password (PBES2), PKCS#1, or what nomyo-js 0.1 wrote. */
  readonly privateKeyPath: string;
  /** SPKI PEM. Where it is given, it must be the other half of the private key. */
  readonly publicKeyPath?: string | undefined;
  /** Opens the private key. A file without protection is refused when there is a password. */
  readonly password?: string | Uint8Array | undefined;
}

/**
 * Makes a key pair and writes it to two files, both or none; nothing is ever overwritten.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_EXISTS` when one of the files is there; `KEY_FILE_UNWRITABLE`,
 * `KEY_FILE_PERMISSIONS`
 */
export function generateKeyFiles(options: GenerateKeyFilesOptions): Promise<KeyFiles> {
  return platform.generateKeyFiles(options);
}

/**
 * Reads a private key, whose caller disposes of it. The file is left as it is, whatever is wrong with it.
 *
 * @throws {InvalidArgumentError} on a wrong option, or in a runtime without files
 * @throws {KeyStoreError} `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_FILE_PERMISSIONS`, `KEY_FILE_PASSWORD` or
 * `KEY_FILE_MISMATCH`
 */
export function loadKeyFiles(options: LoadKeyFilesOptions): Promise<RsaPrivateKey> {
  return platform.loadKeyFiles(options);
}
