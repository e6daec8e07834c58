/** `nomyo batch`. */
import { QUEUE_OPTIONS, WORKER_KEY } from '../../batch/fleet/options.js';
import { CALLING, PRINTING, type CommandSpec } from '../../command.js';

const status: CommandSpec = {
  name: 'status',
  summary: 'show a queue, its workers, and the lines that they gave up',
  settings: ['tlsCa', ...PRINTING],
  options: [
    ...QUEUE_OPTIONS,
    { flag: '--retry-dead', help: 'put the lines that were given up into the queue again' },
  ],
  examples: ['nomyo batch status --queue redis://127.0.0.1'],
  load: () => import('./status.js'),
};

/** Its flags and examples. */
export const BATCH: CommandSpec = {
  name: 'batch',
  summary: 'answer a file of requests, in OpenAI’s batch format',
  words: '[in]',
  settings: CALLING,
  options: [
    { flag: '-o, --output <file>', help: 'where the answers go, in the order of the input' },
    { flag: '--errors <file>', help: 'where failed lines go (default: among the answers)' },
    { flag: '--retry <file>', help: 'try the lines again that failed and are in this file' },
    { flag: '--concurrency <n>', help: 'calls at a time (default: 16; lines in the queue: 1000)' },
    { flag: '--rate <n>', help: 'calls a second; 0: no limit (default: that of the service)' },
    { flag: '--max-cost <tokens>', help: 'stop before the batch has cost more' },
    { flag: '--at-most-once', help: 'what a killed run has sent is not sent again, and counts as failed' },
    { flag: '--seal-to <file>', help: 'public key (PEM) that results are sealed to' },
    ...QUEUE_OPTIONS,
    WORKER_KEY,
    { flag: '--dry-run', help: 'check the input, count, and send nothing' },
  ],
  examples: [
    'nomyo batch in.jsonl -o out.jsonl --errors err.jsonl',
    'nomyo batch --retry err.jsonl',
    'nomyo batch in.jsonl --dry-run',
    'nomyo batch in.jsonl -o out.jsonl --queue redis://127.0.0.1 --key-dir mine',
    'nomyo batch in.jsonl -o out.jsonl --seal-to archive/public_key.pem --tier maximum',
  ],
  commands: [status],
  load: () => import('./batch.js'),
};
