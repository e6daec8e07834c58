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
