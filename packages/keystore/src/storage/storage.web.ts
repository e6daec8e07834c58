/** Storage of pairs in runtimes without files: in memory, or in IndexedDB if there is one. */
import { InvalidArgumentError } from '@nomyo/base';
import { checkLockedMemory, CryptoKeySource, generateCryptoKeyPair } from '@nomyo/crypto';
import { indexedDbPlace } from '../indexeddb/place.web.js';
import { DEFAULTS } from '../limits.js';
import { placeInMemory } from './storage.memory.js';
import type { Platform } from './storage.js';

const NO_FILES = 'cannot be used: this runtime has no key files';

/** Returns a rejected promise, as the functions on Node would. */
function refuse(argument: string): Promise<never> {
  return Promise.reject(new InvalidArgumentError(argument, NO_FILES));
}

/** Keeps CryptoKeys that cannot be exported, not even by the page that made them. */
const memoryPlace = /* @__PURE__ */ placeInMemory<CryptoKeySource>(({ keySize, memory }) => ({
  make: async () => {
    if (memory.requireLocked === true) checkLockedMemory(1);
    return CryptoKeySource.fromKeyPair(await generateCryptoKeyPair(keySize));
  },
  finish: (keys) => keys,
}));

/** Memory, or IndexedDB for `keyStorage: 'indexeddb'`. */
export const locate: Platform['locate'] = ({ keyDir, rotationDir, keyStorage }, names) => {
  const isOwn = keyDir !== undefined && keyDir !== null && keyDir !== DEFAULTS.keyDir;
  if (isOwn || rotationDir !== undefined) {
    const option = isOwn ? 'keyDir' : 'rotationDir';
    throw new InvalidArgumentError(names?.[option] ?? option, NO_FILES);
  }
  return keyStorage === undefined ? memoryPlace : indexedDbPlace(names?.keyStorage ?? 'keyStorage');
};

/** A timer of the runtime. */
export const schedule: Platform['schedule'] = (fn, ms) => {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
};

/** Refused: there are no files. */
export const lockDirectory: Platform['lockDirectory'] = () => refuse('directory');
/** Refused: there are no files. */
export const generateFiles: Platform['generateFiles'] = () => refuse('keyDir');
/** Refused: there are no files. */
export const inspectFiles: Platform['inspectFiles'] = () => refuse('keyDir');
/** Refused: there are no files. */
export const resealFiles: Platform['resealFiles'] = () => refuse('keyDir');
/** Refused: there are no files. */
export const importFile: Platform['importFile'] = () => refuse('keyDir');
/** Refused: there are no files. */
export const loadFile: Platform['loadFile'] = () => refuse('privateKeyPath');
