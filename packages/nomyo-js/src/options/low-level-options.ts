/** Options of the low-level client. */
import type { KeySize } from '@nomyo/crypto';
import type { CommonOptions } from './options.js';

/** Options of `SecureCompletionClient`. */
export interface SecureCompletionClientConfig extends CommonOptions {
  /** URL of the router; a path prefix is kept. Default: `https://api.nomyo.ai`. */
  readonly routerUrl?: string;
}

/** Options of `generateKeys()`. */
export interface GenerateKeysOptions {
  /** Writes the pair to `keyDir`. Default: `false`; it is only in memory. */
  readonly saveToFile?: boolean;
  /** Directory to write to. Default: the client's `keyDir`, or `client_keys` if that is `null`. */
  readonly keyDir?: string;
  /**
   * Encrypts the private key file, and every one that rotation writes there; at least 8 characters or bytes. Default:
   * the client's `keyRotationPassword`, if any; an explicit `undefined` is an error.
   */
  readonly password?: string | Uint8Array;
  /** Modulus of the pair, in bits: 2048, 3072 or 4096. Default: the client's `keySize`. */
  readonly keySize?: KeySize;
}

/** Names of these options. */
export const GENERATE_OPTIONS: readonly (keyof GenerateKeysOptions)[] = [
  'saveToFile',
  'keyDir',
  'password',
  'keySize',
];
