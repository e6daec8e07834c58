/** Processes with `nomyo-native`, and processes that do not find it. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildOptions } from '../child/child-process.js';
import type { OperationLoad } from '../child/operations.js';
import { readNumber, readText } from '../child/read.js';
import type { Workshop } from '../workshop.js';
import { DEFAULT_KEY_SIZE } from './common.js';

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
  // Several rows of one run ask for it.
  if (!existsSync(path)) {
    mkdirSync(path);
    symlinkSync(ADDON_DIR, `${path}/nomyo-native`, 'junction');
  }
  return { env: { NODE_PATH: path } };
}

/** A process that measures single operations of @nomyo/crypto; see `child/operations.ts`. */
export interface Operations {
  /** Whether it locks memory, which only the addon can. */
  readonly locks: boolean;
  /** Of one operation, in ms. */
  readonly time: (name: string, load: OperationLoad) => Promise<number>;
}

export async function startOperations(workshop: Workshop, options: ChildOptions): Promise<Operations> {
  const child = await workshop.child('operations', await workshop.keyDir(DEFAULT_KEY_SIZE), options);
  return {
    locks: (await child.ask('protection', null, readText)) === 'mlock',
    time: (name, load) => child.ask(name, load, readNumber),
  };
}
