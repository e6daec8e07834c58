/** `nomyo completion SHELL`. */
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { bash } from './bash.js';
import { fish } from './fish.js';
import { completionWords } from './words.js';
import { zsh } from './zsh.js';

const SHELLS = { bash, zsh, fish } as const;

const isShell = (name: string): name is keyof typeof SHELLS => Object.hasOwn(SHELLS, name);

/** Prints the script of one shell. */
export function run({ words: [shell = ''], commands, output }: Context): Promise<void> {
  if (!isShell(shell)) {
    throw new UsageError(
      `there are completions for ${Object.keys(SHELLS).join(', ')}; see nomyo completion --help`,
    );
  }
  output.line(SHELLS[shell](completionWords(commands)));
  return Promise.resolve();
}
