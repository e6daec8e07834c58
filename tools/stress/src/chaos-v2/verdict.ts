/** Whether each call ended as it must, no matter what was done to its bytes. Pure. */
import type { CallRecord } from './calls.js';
import type { ChaosLog, LoggedExchange } from './messages.js';

/** Whose last exchange met anything else has no answer to give. */
const HARMLESS: ReadonlySet<string> = new Set(['no fault', 'in pieces', 'cut behind END']);

/** A call that took this share of the timeout may have met it. */
const SLOW_SHARE = 0.8;

/** The faults found, in sentences; empty when there are none. */
export function judgeCalls(
  calls: readonly CallRecord[],
  { exchanges, runs }: ChaosLog,
  timeout: number,
): string[] {
  const twice = Object.entries(runs).filter(([, count]) => count > 1);
  return [
    ...calls.flatMap((call) => judgeCall(call, metBy(call, exchanges), timeout)),
    ...twice.map(([question, count]) => `${question} was run ${String(count)} times`),
  ];
}

function metBy({ lane, at, end }: CallRecord, exchanges: readonly LoggedExchange[]): LoggedExchange[] {
  return exchanges.filter((one) => one.lane === lane && one.at >= at && one.at <= end);
}

function judgeCall(
  { question, outcome, at, end }: CallRecord,
  met: readonly LoggedExchange[],
  timeout: number,
): string[] {
  const story = met.map(({ fault }) => fault).join(', ');
  const say = (what: string): string[] => [`${question} ended as "${outcome}" after [${story}]: ${what}`];
  if (outcome === 'wrong answer') return say('never a short answer, nor that of another call');
  if (outcome.startsWith('an error of no type')) return say('only typed errors');
  const last = met.findLast(({ isPost }) => isPost);
  if (outcome === 'answer') return HARMLESS.has(last?.fault ?? '') ? [] : say('there was no answer to give');
  // A client that waits in vain goes away, which ends its stream; on a busy machine that can happen.
  const isSlow = end - at >= timeout * SLOW_SHARE;
  const isUndisturbed = !isSlow && last !== undefined && met.every(({ fault }) => fault === 'no fault');
  return isUndisturbed ? say('nothing was done to it') : [];
}
