/** `nomyo-router stand-in`: something to put behind a router before there is a model. */
import type { Command } from 'commander';
import { startStandIn } from '../stand-in/stand-in.js';
import type { Surroundings } from './surroundings.js';
import { MAX_PORT, wholeNumber } from './values.js';

export function addStandInCommand(program: Command, { print, onServing }: Surroundings): void {
  program
    .command('stand-in')
    .description('answers like a server that runs models, and runs none: to try a router without a model')
    .option('--port <n>', 'port; 0: any free one', wholeNumber(0, MAX_PORT), 8000)
    .action(async ({ port }: { port: number }) => {
      const { url, close } = await startStandIn(port);
      print(`stand-in listens on ${url}`);
      onServing({ drain: close, close });
    });
}
