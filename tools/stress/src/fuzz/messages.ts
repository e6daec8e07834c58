/** The messages of a worker to its parent. */
import type { FuzzReport } from './run.js';

/** The target: everything in the SDK, or protocol 2. */
export type TargetSet = 'sdk' | 'v2';

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly target: string; readonly index: number }
  | { readonly kind: 'report'; readonly report: FuzzReport };
