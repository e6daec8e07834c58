/** Storage of pairs on Node: in files, or in memory if there is no directory. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from '@nomyo/base';
import { RsaPrivateKey, type SecureByteContext } from '@nomyo/crypto';
import { FileStorage } from '../disk/file-storage.node.js';
import { DEFAULTS } from '../limits.js';
import { keyMaker } from '../rotation/next-keys.js';
import type { KeyLocation, PlaceNames } from './place.js';
import { placeInMemory } from './storage.memory.js';
import type { KeyPlace, Platform } from './storage.js';

const NAMES: PlaceNames = { keyDir: 'keyDir', rotationDir: 'rotationDir', keyStorage: 'keyStorage' };

/** Keeps PKCS#8 in protected memory until it is imported. */
const memoryPlace = placeInMemory<SecureByteContext>(({ keySize, memory }) => ({
  make: keyMaker(keySize, memory),
  finish: (pkcs8) => pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der, memory)),
}));

/** Files, or memory for `keyDir: null`. */
export const locate: Platform['locate'] = (
  { keyDir = DEFAULTS.keyDir, rotationDir, keyStorage },
  names = NAMES,
) => {
  if (keyStorage !== undefined) {
    throw new InvalidArgumentError(names.keyStorage, 'must not be given: only browsers have IndexedDB');
  }
  if (keyDir === null) return memoryPlace;
  return directoryPlace({ keyDir: resolve(keyDir), rotationDir: resolve(rotationDir ?? keyDir) }, names);
};

/** A timer that keeps no process alive. */
export const schedule: Platform['schedule'] = (fn, ms) => {
  const timer = setTimeout(fn, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

export { lockDirectory } from '../disk/lock-directory.node.js';
export { generateFiles, loadFile } from '../key-files/key-files.node.js';
export { importFile, inspectFiles, resealFiles } from '../key-files/manage.node.js';

function directoryPlace(location: KeyLocation, names: PlaceNames): KeyPlace {
  return {
    isShared: true,
    createStorage: ({ keySize, ...options }) =>
      new FileStorage({ location, names, make: keyMaker(keySize, options.memory), ...options }),
  };
}
