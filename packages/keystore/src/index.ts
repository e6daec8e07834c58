/**
 * Stores the RSA key pair of a client, and replaces it when it is due. In files on Node, in memory or IndexedDB
 * elsewhere; no sockets.
 *
 * @packageDocumentation
 */
export { KeyStore } from './keystore.js';
export { ServingKeyStore } from './serving-key-store.js';
export type { KeyStoreOptionNames, KeyStoreOptions } from './options.js';
export { DEFAULTS as KEY_STORE_DEFAULTS } from './limits.js';
export type { KeyLease } from './key-pair.js';
export type { MoveOptions } from './move.js';
export { generateKeyFiles, loadKeyFiles } from './key-files.js';
export { lockDirectory, type DirectoryLease } from './lock-directory.js';
export { changeKeyPassword, importKeyFiles, inspectKeyFiles } from './manage.js';
export type {
  ChangeKeyPasswordOptions,
  GenerateKeyFilesOptions,
  ImportKeyFilesOptions,
  InspectKeyFilesOptions,
  KeyFiles,
  KeyPairInfo,
  LoadKeyFilesOptions,
} from './file-options.js';
export { openKnownKeys, type KnownKeysOptions } from './open-known-keys.js';
export type { KnownKeys, NextKnownKey } from './known-keys.js';
export { openSeenConfigurations, type SeenConfigurationsOptions } from './open-seen-configurations.js';
export type { SeenConfiguration, SeenConfigurations } from './seen-configurations.js';
export type {
  KeyGeneratedEvent,
  KeyLoadedEvent,
  KeyRotatedEvent,
  KeyStoreEvent,
  KeyStoreListener,
  RotationFailedEvent,
} from './events.js';
export { KeyStoreError, type KeyStoreErrorCode } from './errors.js';
