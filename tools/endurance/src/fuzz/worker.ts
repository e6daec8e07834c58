/** One runtime's cases in a process of its own: `worker.js RUNTIME SEED CASES`, forked by main.ts. */
import type { Runtime } from './target.js';
import { fuzz, type FuzzReport } from './run.js';

/** What the process tells its parent. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly target: string; readonly index: number }
  | { readonly kind: 'report'; readonly report: FuzzReport };

const [runtime = 'node', seed = '0', cases = '0'] = process.argv.slice(2);

const report = await fuzz({
  runtime: runtime === 'browser' ? 'browser' : ('node' satisfies Runtime),
  seed: Number(seed),
  cases: Number(cases),
  progress: (target, index) => tell({ kind: 'progress', target, index }),
});
tell({ kind: 'report', report });
process.disconnect();

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
