/** How a command is described: what the parser, the help and the completions are made of. */
import type { Run } from './context.js';
import { OF_EVERY_CALL, type SettingName } from './settings/table.js';

/** A flag of one command. */
export interface CommandOption {
  /** As commander reads it: `--port <n>`. */
  readonly flag: string;
  readonly help: string;
  readonly isList?: boolean;
}

/** One command, or a group of commands. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Words after the name, as commander reads them: `[question...]`. */
  readonly words?: string;
  /** The shared settings that have an effect here. */
  readonly settings?: readonly SettingName[];
  readonly options?: readonly CommandOption[];
  /** Lines for the help, each one a command that works. */
  readonly examples?: readonly string[];
  readonly commands?: readonly CommandSpec[];
  /** Loads the code, no sooner than it is needed. */
  readonly load?: () => Promise<{ readonly run: Run }>;
}

/** Where commands print. */
export const PRINTING: readonly SettingName[] = ['json', 'quiet'];

/** How the router is reached. */
export const REACHING: readonly SettingName[] = ['baseUrl', 'tlsCa', 'timeout', 'pin', ...PRINTING];

/** The settings of every command that makes calls. */
export const CALLING: readonly SettingName[] = [
  'baseUrl',
  'tlsCa',
  'apiKeyFile',
  'apiKeyFd',
  ...OF_EVERY_CALL,
  'local',
  ...PRINTING,
];
