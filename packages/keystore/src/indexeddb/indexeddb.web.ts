/** The code for pages that keep their keys in IndexedDB, loaded only by those: most do not. */
export { IndexedDbKnownKeys } from './known-keys.web.js';
export { IndexedDbSeenConfigurations } from './seen-configurations.web.js';
export { IndexedDbStorage } from './storage.web.js';
