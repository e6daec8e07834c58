/** Whether each call ended as the faults that it met allow. Pure. */
import { ALLOWED, type Outcome } from './faults.js';
import type { CallRecord } from './calls.js';
import type { LoggedRequest } from './messages.js';

/** How long the client keeps the router's key, in ms, and what clocks and queues may add to that. */
export interface VerdictOptions {
  readonly serverKeyTtl: number;
}

const SLACK_MS = 2000;

/** What is wrong, in sentences; empty when nothing is. */
export function judgeCalls(
  calls: readonly CallRecord[],
  log: readonly LoggedRequest[],
  options: VerdictOptions,
): string[] {
  const byCall = groupByCall(log.toSorted((a, b) => a.id - b.id));
  const keyFetches = byCall.get(undefined) ?? [];
  const rotations = log.filter(({ fault }) => fault === 'rotated-key');
  return calls.flatMap((record) => {
    const posts = byCall.get(record.call) ?? [];
    const around = { keyFetches: during(keyFetches, record, options), rotations: during(rotations, record, options) };
    return judgeCall(record, posts, around).map((what) => `call ${String(record.call)}: ${what}`);
  });
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

interface Around {
  readonly keyFetches: readonly LoggedRequest[];
  readonly rotations: readonly LoggedRequest[];
}

function judgeCall(record: CallRecord, posts: readonly LoggedRequest[], around: Around): string[] {
  const { outcome, maxRetries, deadlineMs, at, end } = record;
  const mostPosts = maxRetries + 2;
  const allowed = allowedFor(record, posts, around);
  const met = posts.map(({ fault, status }) => `${fault ?? 'no fault'} ${String(status)}`).join(', ');
  return [
    ...(allowed.includes(outcome) ? [] : [`ended as "${outcome}" after [${met}]; allowed: ${allowed.join(', ')}`]),
    ...(end - at > deadlineMs ? [`took ${String(end - at)} ms, longer than ${String(deadlineMs)} ms`] : []),
    ...(posts.length > mostPosts ? [`was sent ${String(posts.length)} times, with ${String(maxRetries)} retries`] : []),
  ];
}

function allowedFor(
  { wasAborted }: CallRecord,
  posts: readonly LoggedRequest[],
  { keyFetches, rotations }: Around,
): readonly string[] {
  const last = posts.at(-1);
  const ofLast: readonly Outcome[] = last === undefined ? [] : ALLOWED[last.fault ?? 'ok'];
  const ofKey = keyFetches.flatMap(({ fault }) => (fault === undefined ? [] : ALLOWED[fault]));
  // A 400 that no fault explains: it was sealed to a key that the router does not have (any more).
  const isSealedWrongly = last?.status === 400 && (last.fault === undefined || last.fault === 'ok');
  const isExplained = rotations.length > 0 || keyFetches.some(({ fault }) => fault === 'key-stranger');
  const ofRotation: readonly Outcome[] = isSealedWrongly && isExplained ? ['InvalidRequestError INVALID_REQUEST'] : [];
  return [...new Set([...ofLast, ...ofKey, ...ofRotation, ...(wasAborted ? ['aborted'] : [])])];
}

/** A key that was fetched before the call serves it as long as it is kept. */
function during(
  requests: readonly LoggedRequest[],
  { at, end }: CallRecord,
  { serverKeyTtl }: VerdictOptions,
): LoggedRequest[] {
  return requests.filter((request) => request.end >= at - serverKeyTtl - SLACK_MS && request.at <= end);
}
