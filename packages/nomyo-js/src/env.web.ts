/** Runtimes that are neither Node nor a browser, such as workers at the edge: no files, no environment. */
import type { Environment } from './environment.js';

export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: null,
  variable: () => undefined,
  publish: () => undefined,
};
