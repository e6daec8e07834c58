/**
 * Where the RSA key pair of a client lives, and when it is replaced. Files on Node, memory elsewhere; no sockets.
 *
 * @packageDocumentation
 */
export { KeyStore } from './keystore.js';
export type { KeyStoreOptions } from './options.js';
export type { KeyLease } from './key-pair.js';
export {
  generateKeyFiles,
  loadKeyFiles,
  type GenerateKeyFilesOptions,
  type KeyFiles,
  type LoadKeyFilesOptions,
} from './key-files.js';
export { openKnownKeys, type KnownKeys, type KnownKeysOptions, type NextKnownKey } from './known-keys.js';
export type {
  KeyGeneratedEvent,
  KeyLoadedEvent,
  KeyRotatedEvent,
  KeyStoreEvent,
  KeyStoreListener,
  RotationFailedEvent,
} from './events.js';
export { KeyStoreError, type KeyStoreErrorCode } from './errors.js';
