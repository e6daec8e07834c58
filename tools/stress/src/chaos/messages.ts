/** The messages between the process with the client and the process with the router. */
import type { Starvation } from '../common/starvation.js';

/** One request as the router saw it. Times in Unix ms. */
export interface LoggedRequest {
  /** In the order of arrival. */
  readonly id: number;
  /** Number of the call, from its own header; `undefined` for a fetch of the key. */
  readonly call: number | undefined;
  /** Name of the fail mode. */
  readonly fault: string | undefined;
  readonly status: number | undefined;
  readonly at: number;
  readonly end: number;
}

/** The router's report of a run. */
export interface RouterLog {
  readonly requests: readonly LoggedRequest[];
  /** When the machine kept the router from running. */
  readonly starved: readonly Starvation[];
}

export type RouterMessage =
  | { readonly kind: 'ready'; readonly url: string; readonly ca: string }
  | { readonly kind: 'log'; readonly log: RouterLog };

/** The header that says which call a request belongs to. */
export const CALL_HEADER = 'x-call';
