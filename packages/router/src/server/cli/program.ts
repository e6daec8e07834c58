/** Every command of `nomyo-router`, by commander. */
import { Command } from 'commander';
import { addApiKeyCommands } from './api-keys-commands.js';
import { addKeyCommands } from './keys-commands.js';
import { addStandInCommand } from './stand-in-command.js';
import { addServeCommand } from './serve-command.js';
import type { Surroundings } from './surroundings.js';

/** The program with all its commands. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('nomyo-router')
    .description(
      'A NOMYO router for those who run models: end-to-end encryption in front of any OpenAI-compatible server.',
    )
    .version(surroundings.version)
    .showHelpAfterError('Try --help.')
    .configureOutput({ writeOut: (text) => surroundings.print(text.replace(/\n$/u, '')) })
    .exitOverride();
  addKeyCommands(program, surroundings.print);
  addApiKeyCommands(program, surroundings.print);
  addServeCommand(program, surroundings);
  addStandInCommand(program, surroundings);
  return program;
}
