/** A client of this process against a router with faults in another one. */
import { getEventListeners } from 'node:events';
import { SecureChatCompletion, type LogEntry } from 'nomyo-js';
import { inParallel } from '../common/parallel.js';
import { measure, settledLeftovers, type Resources } from '../common/resources.js';
import { makeCall, type CallRecord } from './calls.js';
import type { LoggedRequest } from './messages.js';
import { startRouterChild } from './router-child.js';
import { judgeCalls } from './verdict.js';

export interface ChaosPlan {
  readonly requests: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Of one attempt, in ms. */
  readonly timeout: number;
}

export interface ChaosReport {
  readonly calls: readonly CallRecord[];
  readonly log: readonly LoggedRequest[];
  /** How often the client has told of each event. */
  readonly events: Readonly<Record<string, number>>;
  /** What is wrong with calls. */
  readonly misjudged: readonly string[];
  /** Kept alive after dispose() that was not there before. */
  readonly leftBehind: readonly string[];
  /** Listeners on a signal that every call was given. */
  readonly listenersOnSignal: number;
  /** What Node has warned of, which a library that prints nothing must not cause. */
  readonly warnings: readonly string[];
  /** When the warm-up was over, and when the last call was. */
  readonly before: Resources;
  readonly after: Resources;
  readonly elapsedMs: number;
}

/** Short, so that the key endpoint and its faults are met often, and pairs change under load; in ms. */
const SETTINGS = { serverKeyTtl: 400, keyRotationInterval: 4000, maxRetryDelay: 300 } as const;

/** Requests until code is compiled and pools are filled. */
const WARM_UP = { share: 0.1, most: 500 } as const;

/** Until sockets must be gone after the end, in ms. */
const PATIENCE_MS = 10_000;

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  const empty = await measure();
  const started = Date.now();
  const router = await startRouterChild(plan.seed);
  const events: Record<string, number> = {};
  const client = clientOf(router, plan, events);
  const shared = new AbortController();
  const { timeout, seed } = plan;
  const callPlan = { seed, timeout, maxRetryDelay: SETTINGS.maxRetryDelay, signal: shared.signal };
  const calls: CallRecord[] = [];
  const call = async (index: number): Promise<void> => {
    calls.push(await makeCall(client, index, callPlan));
  };
  const warmUp = Math.min(WARM_UP.most, Math.ceil(plan.requests * WARM_UP.share));
  await inParallel(warmUp, plan.concurrency, call);
  const before = await measure();
  await inParallel(plan.requests - warmUp, plan.concurrency, (index) => call(index + warmUp));
  const after = await measure();
  const listenersOnSignal = getEventListeners(shared.signal, 'abort').length;
  client.dispose();
  const log = await router.stop();
  return {
    calls,
    log,
    events,
    misjudged: judgeCalls(calls, log, SETTINGS),
    leftBehind: await settledLeftovers(empty, PATIENCE_MS),
    listenersOnSignal,
    warnings,
    before,
    after,
    elapsedMs: Date.now() - started,
  };
}

function clientOf(
  { url, ca }: { readonly url: string; readonly ca: string },
  { timeout }: ChaosPlan,
  events: Record<string, number>,
): SecureChatCompletion {
  const count = ({ message }: LogEntry): void => {
    events[message] = (events[message] ?? 0) + 1;
  };
  return new SecureChatCompletion({
    baseUrl: url,
    tls: { ca },
    timeout,
    keyDir: null,
    keySize: 2048,
    ...SETTINGS,
    logger: { debug: count, info: count, warn: count },
  });
}
