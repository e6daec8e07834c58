/** `nomyo batch-worker`. */
import { QUEUE_OPTIONS } from '../../batch/fleet/options.js';
import { CALLING, type CommandSpec } from '../../command.js';

/** Its flags and examples. */
export const BATCH_WORKER: CommandSpec = {
  name: 'batch-worker',
  summary: 'answer lines of batches that come through a queue',
  settings: CALLING,
  options: [
    ...QUEUE_OPTIONS,
    { flag: '--concurrency <n>', help: 'calls at a time of this worker (default: 16)' },
    {
      flag: '--rate <n>',
      help: 'calls a second of all workers together; 0: no limit (default: that of the service)',
    },
  ],
  examples: [
    'nomyo batch-worker --queue redis://127.0.0.1 --key-dir workers',
    'nomyo batch-worker --queue rediss://worker@queue.example --queue-password-file password --rate 2',
  ],
  load: () => import('./batch-worker.js'),
};
