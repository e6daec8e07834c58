/** Where things are kept, by the XDG base directory specification. Pure. */
import { join } from 'node:path';
import type { Environment } from './resolve.js';

/** A variable counts only when it is an absolute path (XDG Base Directory Specification §2). */
function base(env: Environment, variable: string, home: string, fallback: string): string {
  const value = env[variable] ?? '';
  return value.startsWith('/') || /^[A-Za-z]:\\/u.test(value) ? value : join(home, fallback);
}

/** Path of the configuration file. */
export const configPath = (env: Environment, home: string): string =>
  join(base(env, 'XDG_CONFIG_HOME', home, '.config'), 'nomyo', 'config.json');

/** Directory of the key pair where none is named. */
export const defaultKeyDir = (env: Environment, home: string): string =>
  join(base(env, 'XDG_DATA_HOME', home, '.local/share'), 'nomyo', 'keys');
