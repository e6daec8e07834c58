/** Options of the lower level. */
import type { KeySize } from '@nomyo/crypto';
import type { CommonOptions } from './options.js';

/** Options of `SecureCompletionClient`. */
export interface SecureCompletionClientConfig extends CommonOptions {
  /** Where the router is. Default: `https://api.nomyo.ai`. A path prefix is kept. */
  readonly routerUrl?: string;
}

/** Options of `generateKeys()`. */
export interface GenerateKeysOptions {
  /** Write the pair to `keyDir`. Default: `false`: it lives in memory only. */
  readonly saveToFile?: boolean;
  /** Directory to write to. Default: the client's `keyDir`, or `client_keys` if that is `null`. */
  readonly keyDir?: string;
  /**
   * Encrypts the private key file, and every one that rotation writes there; at least 8 characters, or bytes. Default:
   * the client's `keyRotationPassword`, if any; `undefined` is refused.
   */
  readonly password?: string | Uint8Array;
  /** Modulus in bits: 2048, 3072 or 4096. Default: the client's `keySize`. */
  readonly keySize?: KeySize;
}

/** Their names. */
export const GENERATE_OPTIONS: readonly (keyof GenerateKeysOptions)[] = [
  'saveToFile',
  'keyDir',
  'password',
  'keySize',
];
