/** How the call of a stream ends: with its reader, its caller or its client. */
import type { AnswerSummary } from '../observe/observer.js';
import type { OpenCall } from '../open-call.js';

type Summarize = () => AnswerSummary | undefined;

/** For an answer that comes in pieces: an abort ends the call even while it is not being read. */
export function endOnAbort(call: OpenCall): void {
  const signal = call.scoped?.signal;
  const abort = (): void => call.fail(signal?.reason);
  signal?.addEventListener('abort', abort);
  call.later(() => signal?.removeEventListener('abort', abort));
}

/**
 * The whole answer is the caller's now, so the connection is given back. The call ends when the answer has been read,
 * or with its client.
 */
export function handOver(call: OpenCall, summary: Summarize): void {
  const takeBack = call.scoped?.onDispose(() => call.end(summary));
  call.release();
  if (takeBack !== undefined) call.later(takeBack);
}

/** The reader went away: whatever is still on its way is cut off. */
export function hangUp(call: OpenCall, summary: Summarize): void {
  call.end(summary);
  call.scoped?.signal.abort(new DOMException('The stream was left', 'AbortError'));
}
