/** Browsers: everybody who uses the page can read what is in it. */
import { environment as web } from './env.web.js';
import type { Environment } from './environment.js';

/** As in any runtime of the web, but with a rule for API keys. */
export const environment: Environment = { ...web, isBrowser: true };
