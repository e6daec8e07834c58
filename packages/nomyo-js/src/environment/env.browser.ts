/** The environment of browsers, where every user of a page can read everything in it. */
import { environment as web } from './env.web.js';
import type { Environment } from './environment.js';

/** Like any web runtime, with a rule for API keys. */
export const environment: Environment = { ...web, isBrowser: true };
