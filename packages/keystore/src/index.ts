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
export { generateKeyFiles, loadKeyFiles } from './key-files/key-files.js';
export { lockDirectory, type DirectoryLease } from './storage/lock-directory.js';
export { changeKeyPassword, importKeyFiles, inspectKeyFiles } from './key-files/manage.js';
export type {
  ChangeKeyPasswordOptions,
  GenerateKeyFilesOptions,
  ImportKeyFilesOptions,
  InspectKeyFilesOptions,
  KeyFiles,
  KeyPairInfo,
  LoadKeyFilesOptions,
} from './key-files/file-options.js';
export { openKnownKeys, type KnownKeysOptions } from './remembered/open-known-keys.js';
export type { KnownKeys, NextKnownKey } from './remembered/known-keys.js';
export {
  openSeenConfigurations,
  type SeenConfigurationsOptions,
} from './remembered/open-seen-configurations.js';
export type { SeenConfiguration, SeenConfigurations } from './remembered/seen-configurations.js';
export type {
  KeyGeneratedEvent,
  KeyLoadedEvent,
  KeyRotatedEvent,
  KeyStoreEvent,
  KeyStoreListener,
  RotationFailedEvent,
} from './events.js';
export { KeyStoreError, type KeyStoreErrorCode } from './errors.js';
