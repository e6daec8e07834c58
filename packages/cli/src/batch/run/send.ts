/** How one line is sent: from this process, or through a queue. */
import type { BatchRequest } from '../input/request.js';
import type { Outcome } from '../output/result.js';

/** A line whose turn it is. */
export interface Turn {
  readonly index: number;
  readonly request: BatchRequest;
  /** An earlier run has marked it as sent, and was killed before its outcome was written. */
  readonly wasSent: boolean;
  /** Writes down that the line is sent. */
  readonly mark: () => Promise<void>;
}

/** The outcome of a line. */
export type Called =
  | {
      readonly kind: 'done';
      readonly outcome: Outcome;
      /** The error that the call threw. */
      readonly error?: unknown;
    }
  /** It is under way elsewhere, and this run does not wait for it. */
  | { readonly kind: 'left' };

/** Never rejects but when the disk, or the queue, cannot be used. */
export type Send = (turn: Turn) => Promise<Called>;
