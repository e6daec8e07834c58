/** Reports a finished request: ids, codes and sizes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';

/** One HTTP request and its response. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Unix ms. */
  readonly startedAt: number;
}

/** How it ended. */
interface Ended {
  readonly code: string;
  /** 32 hexadecimal digits; `undefined` until it is opened. */
  readonly requestId?: string | undefined;
  /** Bytes of the body as received, and of the answer as sent. */
  readonly bytes?: number;
  readonly out?: number;
}

/** Counts a request and writes its line of the log. */
export function report(
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
  { startedAt }: Call,
  { code, requestId, bytes = 0, out = 0 }: Ended,
): void {
  const ms = Date.now() - startedAt;
  metrics.request(code, ms / 1_000, bytes, out);
  log.write('request', {
    ...(requestId === undefined ? {} : { request: requestId }),
    code,
    in: bytes,
    out,
    ms,
  });
}
