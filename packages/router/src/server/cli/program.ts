/** Every command of `nomyo-router`, by commander. */
import { Command } from 'commander';
import { addApiKeyCommands } from './api-keys-commands.js';
import { addKeyCommands } from './keys-commands.js';
import { addStandInCommand } from './stand-in-command.js';
import { addServeCommand, type Serving } from './serve-command.js';

/** Writes one line to standard output. */
export type Print = (line: string) => void;

export interface Surroundings {
  readonly print: Print;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Told about the server once it listens, to stop it on a signal. */
  readonly onServing: (serving: Serving) => void;
}

export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('nomyo-router')
    .description(
      'A NOMYO router for whoever runs models: end-to-end encryption in front of any OpenAI-compatible server.',
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
