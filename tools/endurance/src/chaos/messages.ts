/** What the process with the client and the process with the router tell each other. */
import type { FailModeName } from '@nomyo/router';

/** One request as the router saw it. Times in Unix ms. */
export interface LoggedRequest {
  /** In the order of arrival. */
  readonly id: number;
  readonly endpoint: 'completion' | 'key';
  /** Number of the call, from its own header; `undefined` for the key. */
  readonly call: number | undefined;
  readonly fault: FailModeName | undefined;
  readonly status: number | undefined;
  readonly at: number;
  readonly end: number;
}

export type RouterMessage =
  | { readonly kind: 'ready'; readonly url: string; readonly ca: string }
  | { readonly kind: 'log'; readonly log: readonly LoggedRequest[] };

/** Ends the router: it sends its log. */
export type ClientMessage = 'stop';

/** The header that says which call a request belongs to. */
export const CALL_HEADER = 'x-call';
