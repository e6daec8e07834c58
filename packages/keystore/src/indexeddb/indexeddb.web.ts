/** What is loaded when a page keeps its keys in IndexedDB; most do not. */
export { IndexedDbKnownKeys } from './known-keys.web.js';
export { IndexedDbSeenConfigurations } from './seen-configurations.web.js';
export { IndexedDbStorage } from './storage.web.js';
