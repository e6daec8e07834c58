/** `nomyo-router stand-in`: a placeholder upstream for a router without a model. */
import type { Command } from 'commander';
import { startStandIn } from '../stand-in/stand-in.js';
import type { Surroundings } from './surroundings.js';
import { MAX_PORT, wholeNumber } from './values.js';

/** Adds `stand-in` to the program. */
export function addStandInCommand(program: Command, { print, onServing }: Surroundings): void {
  program
    .command('stand-in')
    .description('a fake inference server, to try a router without a model')
    .option('--port <n>', 'port; 0: any free one', wholeNumber(0, MAX_PORT), 8000)
    .action(async ({ port }: { port: number }) => {
      const { url, close } = await startStandIn(port);
      print(`stand-in listens on ${url}`);
      onServing({ drain: close, close });
    });
}
