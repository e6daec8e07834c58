import { fileURLToPath } from 'node:url';

/** The command `nomyo`, as a script for Node. */
export const NOMYO: string = fileURLToPath(
  new URL('dist/node/main.js', import.meta.resolve('@nomyo/cli/package.json')),
);
