/** The router with its faults, in a process of its own: `router-process.js SEED`, forked by run.ts. */
import { startRouter, type FailMode, type FailModeName, type SeenRequest } from '@nomyo/router';
import { Random } from '../common/random.js';
import { faultFor } from './faults.js';
import { CALL_HEADER, type LoggedRequest, type RouterMessage } from './messages.js';

const seed = process.argv[2] ?? '0';
const log: LoggedRequest[] = [];
const attempts = new Map<number, number>();
let keyFetches = 0;

const router = await startRouter({
  tls: true,
  keySize: 2048,
  keepRequests: 64,
  fail: pickFault,
  onRequest: (seen) => log.push(loggedOf(seen)),
});
tell({ kind: 'ready', url: router.url, ca: router.ca ?? '' });
process.once('message', () => {
  void router.close().then(() => tell({ kind: 'log', log }, () => process.disconnect()));
});
// The parent is gone: nobody is left to serve.
process.once('disconnect', () => void router.close());

function pickFault(seen: SeenRequest): FailMode | undefined {
  const call = callOf(seen);
  if (call === undefined) {
    keyFetches += 1;
    return faultFor('key', new Random(seed, 'key', keyFetches));
  }
  const attempt = (attempts.get(call) ?? 0) + 1;
  attempts.set(call, attempt);
  return faultFor('completion', new Random(seed, call, attempt));
}

function loggedOf(seen: SeenRequest): LoggedRequest {
  const call = callOf(seen);
  return {
    id: seen.id,
    endpoint: call === undefined ? 'key' : 'completion',
    call,
    // The router writes down the name of the mode.
    fault: seen.fail as FailModeName | undefined,
    status: seen.status,
    at: seen.at,
    end: seen.at + (seen.durationMs ?? 0),
  };
}

function callOf({ headers }: SeenRequest): number | undefined {
  const text = headers[CALL_HEADER];
  return typeof text === 'string' ? Number(text) : undefined;
}

/** @param sent a long message takes a while, and nothing of it may be cut off */
function tell(message: RouterMessage, sent: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, sent);
}
