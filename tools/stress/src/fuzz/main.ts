/** `pnpm stress:fuzz`: bad input to everything of the SDK that takes input from outside. */
import { runFuzz } from './program.js';

await runFuzz({ name: 'fuzz', targets: 'sdk', cases: { default: 120_000, short: 2000 } });
