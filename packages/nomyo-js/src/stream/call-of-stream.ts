/** Ends the call of a stream: with its reader, its caller or its client. */
import type { AnswerSummary } from '../observe/observer.js';
import type { OpenCall } from '../call/open-call.js';

type Summarize = () => AnswerSummary | undefined;

/** Ends the call of a streamed answer on abort, even while nobody reads it. */
export function endOnAbort(call: OpenCall): void {
  const signal = call.scoped?.signal;
  const abort = (): void => call.fail(signal?.reason);
  signal?.addEventListener('abort', abort);
  call.later(() => signal?.removeEventListener('abort', abort));
}

/**
 * Hands over a whole answer to the caller, and releases the connection. The call ends when the answer has been read, or
 * with its client.
 */
export function handOver(call: OpenCall, summary: Summarize): void {
  const takeBack = call.scoped?.onDispose(() => call.end(summary));
  call.release();
  if (takeBack !== undefined) call.later(takeBack);
}

/** Ends the call when the reader has stopped, and aborts the rest of the answer. */
export function hangUp(call: OpenCall, summary: Summarize): void {
  call.end(summary);
  call.scoped?.signal.abort(new DOMException('The stream was left', 'AbortError'));
}
