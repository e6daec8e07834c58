/** Browsers: everybody who uses the page can read what is in it. */
import { environment as web } from './env.web.js';
import type { Environment } from './environment.js';

export const environment: Environment = { ...web, isBrowser: true };
