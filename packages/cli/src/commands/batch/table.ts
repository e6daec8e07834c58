/** `nomyo batch`. */
import { CALLING, type CommandSpec } from '../../command.js';

export const BATCH: CommandSpec = {
  name: 'batch',
  summary: 'answer a file of requests, in OpenAI’s batch format',
  words: '[in]',
  settings: CALLING,
  options: [
    { flag: '-o, --output <file>', help: 'where the answers go, in the order of the input' },
    { flag: '--errors <file>', help: 'where failed lines go (default: among the answers)' },
    { flag: '--retry <file>', help: 'try the lines again that failed and are in this file' },
    { flag: '--concurrency <n>', help: 'calls at a time (default: 16)' },
    { flag: '--rate <n>', help: 'calls a second; 0: no limit (default: that of the service)' },
    { flag: '--max-cost <tokens>', help: 'stop before the batch has cost more' },
    { flag: '--at-most-once', help: 'what a killed run has sent is not sent again, and counts as failed' },
    { flag: '--seal-to <file>', help: 'public key (PEM) that results are sealed to' },
    { flag: '--dry-run', help: 'check the input, count, and send nothing' },
  ],
  examples: [
    'nomyo batch in.jsonl -o out.jsonl --errors err.jsonl',
    'nomyo batch --retry err.jsonl',
    'nomyo batch in.jsonl --dry-run',
    'nomyo batch in.jsonl -o out.jsonl --seal-to archive/public_key.pem --tier maximum',
  ],
  load: () => import('./batch.js'),
};
