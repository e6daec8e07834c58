/** The context of a command: its settings, where to read and print, and the signal that Ctrl-C aborts. */
import type { CommandSpec } from './command.js';
import type { Output } from './io/output.js';
import type { Environment, Flags } from './settings/resolve.js';
import type { Settings } from './settings/table.js';

/** The context of a command. */
export interface Context {
  readonly settings: Settings;
  /** The command's own flags, as commander has them. */
  readonly flags: Flags;
  /** Words that are no flags, as they were typed. */
  readonly words: readonly string[];
  /** Every command there is. */
  readonly commands: readonly CommandSpec[];
  readonly output: Output;
  readonly env: Environment;
  readonly home: string;
  /** Aborted with `Interrupted` by the first Ctrl-C; the second one ends the process. */
  readonly signal: AbortSignal;
  /** For a command that has its own idea of SIGINT and SIGTERM. */
  readonly takeSignals: (onSignal: (name: 'SIGINT' | 'SIGTERM') => void) => void;
}

/** A command. It throws what went wrong; see exit/codes.ts. */
export type Run = (context: Context) => Promise<void>;
