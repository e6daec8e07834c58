/** The flags that the commands of a fleet share. */
import type { CommandOption } from '../../command.js';

const QUEUE: CommandOption = {
  flag: '--queue <url>',
  help: 'Redis or Valkey: redis://[USER@]HOST[:PORT], or rediss:// for TLS [NOMYO_QUEUE]',
};

const OF_CONNECTION: readonly CommandOption[] = [
  { flag: '--queue-password-file <file>', help: 'file with the password for --queue' },
  { flag: '--queue-prefix <name>', help: 'stands before every key in Redis (default: nomyo)' },
];

/** Of every command that uses a queue. */
export const QUEUE_OPTIONS: readonly CommandOption[] = [QUEUE, ...OF_CONNECTION];

/** Of those that put lines into one. */
export const WORKER_KEY: CommandOption = {
  flag: '--worker-key <file>',
  help: 'public key (PEM) of the workers (default: as they announce it)',
};

/** Flags that have no effect without `--queue`. */
export const OF_A_QUEUE: readonly CommandOption[] = [...OF_CONNECTION, WORKER_KEY];
