/** What a worker tells its parent. */
import type { FuzzReport } from './run.js';

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly target: string; readonly index: number }
  | { readonly kind: 'report'; readonly report: FuzzReport };
