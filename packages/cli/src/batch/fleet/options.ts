/** The flags that the commands of a fleet share. */
import type { CommandOption } from '../../command.js';

/** `--queue` and `--queue-prefix`. */
export const QUEUE_OPTIONS: readonly CommandOption[] = [
  {
    flag: '--queue <url>',
    help: 'Redis or Valkey: redis://[USER@]HOST[:PORT], or rediss:// for TLS [NOMYO_QUEUE]',
  },
  { flag: '--queue-password-file <file>', help: 'file with the password for --queue' },
  { flag: '--queue-prefix <name>', help: 'stands before every key in Redis (default: nomyo)' },
];
