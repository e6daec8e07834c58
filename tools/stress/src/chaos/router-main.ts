/** The router with its faults, in a process of its own, started by router-child.ts: `router-main.js SEED`. */
import { startRouter, type FailMode, type SeenRequest } from '@nomyo/router/testing';
import { Random } from '../common/random.js';
import { StarvationMeter } from '../common/starvation.js';
import { faultFor } from './faults.js';
import { CALL_HEADER, type LoggedRequest, type RouterMessage } from './messages.js';

const seed = process.argv[2] ?? '0';
const requests: LoggedRequest[] = [];
const starvation = new StarvationMeter();
const attempts = new Map<number, number>();
let keyFetches = 0;

const router = await startRouter({
  tls: true,
  keySize: 2048,
  keepRequests: 64,
  fail: pickFault,
  onRequest: (seen) => requests.push(loggedOf(seen)),
});
tell({ kind: 'ready', url: router.url, ca: router.ca ?? '' });
process.once('message', () => tell({ kind: 'log', log: { requests, starved: starvation.turns } }));
// The parent is gone: nobody is left to serve.
process.once('disconnect', () => {
  starvation.stop();
  void router.close();
});

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
  const { id, fail: fault, status, at, durationMs = 0 } = seen;
  return { id, call: callOf(seen), fault, status, at, end: at + durationMs };
}

function callOf({ headers }: SeenRequest): number | undefined {
  const text = headers[CALL_HEADER];
  return typeof text === 'string' ? Number(text) : undefined;
}

function tell(message: RouterMessage): void {
  process.send?.(message);
}
