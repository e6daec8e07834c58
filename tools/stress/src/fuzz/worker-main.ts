/** One runtime's cases in a process of its own: `worker-main.js RUNTIME TARGETS SEED CASES`, started by program.ts. */
import type { TargetSet, WorkerMessage } from './messages.js';
import { fuzz } from './run.js';
import type { Target } from './target.js';
import { TARGETS } from './targets/index.js';
import { V2_TARGETS } from './v2/index.js';

const SETS: Readonly<Record<TargetSet, readonly Target[]>> = { sdk: TARGETS, v2: V2_TARGETS };

const [runtime = 'node', set = 'sdk', seed = '0', cases = '0'] = process.argv.slice(2);

const report = await fuzz({
  runtime: runtime === 'browser' ? 'browser' : 'node',
  targets: SETS[set === 'v2' ? 'v2' : 'sdk'],
  seed: Number(seed),
  cases: Number(cases),
  progress: (target, index) => tell({ kind: 'progress', target, index }),
});
tell({ kind: 'report', report });
process.disconnect();

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
