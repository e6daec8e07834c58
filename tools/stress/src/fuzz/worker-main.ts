/** One runtime's cases in a process of its own: `worker-main.js RUNTIME SEED CASES`, started by main.ts. */
import type { WorkerMessage } from './messages.js';
import { fuzz } from './run.js';

const [runtime = 'node', seed = '0', cases = '0'] = process.argv.slice(2);

const report = await fuzz({
  runtime: runtime === 'browser' ? 'browser' : 'node',
  seed: Number(seed),
  cases: Number(cases),
  progress: (target, index) => tell({ kind: 'progress', target, index }),
});
tell({ kind: 'report', report });
process.disconnect();

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
