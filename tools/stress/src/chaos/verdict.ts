/** Whether each call ended as the faults that it met allow. Pure. */
import type { Starvation } from '../common/starvation.js';
import type { CallRecord } from './calls.js';
import { outcomesOf, TIMEOUT } from './faults.js';
import type { LoggedRequest, RouterLog } from './messages.js';

/** Settings of the client, in ms. */
export interface VerdictOptions {
  /** How long the client keeps the router's key. */
  readonly serverKeyTtl: number;
  /** Of one attempt. */
  readonly timeout: number;
}

/** Slack for clocks and queues, in ms. */
const SLACK_MS = 2000;

/** A request that the router held for this share of the timeout can time out at the client. */
const HELD_SHARE = 0.8;

/** So can one that was answered, when the machine kept client and router waiting for this share of it. */
const STARVED_SHARE = 0.2;

/** The faults found, in sentences; empty when there are none. */
export function judgeCalls(
  calls: readonly CallRecord[],
  { requests, starved }: RouterLog,
  options: VerdictOptions,
): string[] {
  const byCall = groupByCall(requests.toSorted((a, b) => a.id - b.id));
  const keyFetches = byCall.get(undefined) ?? [];
  const rotations = requests.filter(({ fault }) => fault === 'rotated-key');
  return calls.flatMap((record) => {
    const met = {
      posts: byCall.get(record.call) ?? [],
      keyFetches: during(keyFetches, record, options),
      rotations: during(rotations, record, options),
      starvedMs: record.starvedMs + starvedDuring(starved, record),
    };
    return judgeCall(record, met, options).map((what) => `call ${String(record.call)}: ${what}`);
  });
}

/** The faults that a call met at the router. */
interface Met {
  readonly posts: readonly LoggedRequest[];
  readonly keyFetches: readonly LoggedRequest[];
  readonly rotations: readonly LoggedRequest[];
  /** How long the machine kept client or router from running meanwhile. */
  readonly starvedMs: number;
}

/** Fetches of the key stand under `undefined`. */
function groupByCall(log: readonly LoggedRequest[]): Map<number | undefined, LoggedRequest[]> {
  const groups = new Map<number | undefined, LoggedRequest[]>();
  for (const request of log) {
    const group = groups.get(request.call);
    if (group === undefined) groups.set(request.call, [request]);
    else group.push(request);
  }
  return groups;
}

/** A key that was fetched before the call serves it as long as it is kept. */
function during(
  requests: readonly LoggedRequest[],
  { at, end }: CallRecord,
  { serverKeyTtl }: VerdictOptions,
): LoggedRequest[] {
  return requests.filter((request) => request.end >= at - serverKeyTtl - SLACK_MS && request.at <= end);
}

/** A turn that ended after the call may have begun within it. */
function starvedDuring(turns: readonly Starvation[], call: CallRecord): number {
  return turns
    .filter(({ end, ms }) => end >= call.at && end - ms <= call.end)
    .reduce((sum, { ms }) => sum + ms, 0);
}

function judgeCall(record: CallRecord, met: Met, options: VerdictOptions): string[] {
  const { outcome, maxRetries, at, end } = record;
  const { posts } = met;
  const deadlineMs = record.deadlineMs + met.starvedMs;
  const allowed = allowedFor(record, met, options);
  const story = posts.map(({ fault, status }) => `${fault ?? 'no fault'} ${String(status)}`).join(', ');
  return [
    ...(allowed.includes(outcome)
      ? []
      : [`ended as "${outcome}" after [${story}]; allowed: ${allowed.join(', ')}`]),
    ...(end - at > deadlineMs ? [`took ${String(end - at)} ms, longer than ${String(deadlineMs)} ms`] : []),
    // Once a call, a request that may have met a new key is sent once more.
    ...(posts.length > maxRetries + 2
      ? [`was sent ${String(posts.length)} times, with ${String(maxRetries)} retries`]
      : []),
  ];
}

function allowedFor(
  { wasAborted }: CallRecord,
  { posts, keyFetches, rotations, starvedMs }: Met,
  { timeout }: VerdictOptions,
): readonly string[] {
  const last = posts.at(-1);
  const ofLast = last === undefined ? [] : outcomesOf(last.fault ?? 'ok');
  const ofKey = keyFetches.flatMap(({ fault }) => (fault === undefined ? [] : outcomesOf(fault)));
  // Sealed to a key that the router does not have (any more): most faults come after that.
  const isSealedWrongly = last?.status === 400;
  const isExplained = rotations.length > 0 || keyFetches.some(({ fault }) => fault === 'key-stranger');
  const isHeld = [...posts.slice(-1), ...keyFetches].some(({ at, end }) => end - at >= timeout * HELD_SHARE);
  const isStarved = starvedMs >= timeout * STARVED_SHARE;
  return [
    ...new Set([
      ...ofLast,
      ...ofKey,
      ...(isSealedWrongly && isExplained ? outcomesOf('400') : []),
      ...(isHeld || isStarved ? TIMEOUT : []),
      ...(wasAborted ? ['aborted'] : []),
    ]),
  ];
}
