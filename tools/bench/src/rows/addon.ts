/** Processes with `nomyo-native`, and processes that do not find it. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildOptions } from '../child/child-process.js';
import type { Workshop } from '../workshop.js';

const ADDON_DIR = fileURLToPath(new URL('../../../../native', import.meta.url));

/** Makes `nomyo-native` look as if it were not installed. */
const BLOCKER = `data:text/javascript,${encodeURIComponent(`
  import Module from 'node:module';
  const load = Module._load;
  Module._load = function (name, ...rest) {
    if (name === 'nomyo-native') throw Object.assign(new Error('left out'), { code: 'MODULE_NOT_FOUND' });
    return load.call(this, name, ...rest);
  };
`)}`;

/** A process that does not find it. */
export const WITHOUT_ADDON: ChildOptions = { nodeArgs: ['--import', BLOCKER] };

/** A process that finds it: `require` looks into a directory with nothing but the addon. */
export function withAddon(workshop: Workshop): ChildOptions {
  const path = workshop.path('addon');
  mkdirSync(path, { recursive: true });
  symlinkSync(ADDON_DIR, `${path}/nomyo-native`, 'junction');
  return { env: { NODE_PATH: path } };
}
