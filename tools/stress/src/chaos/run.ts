/** A client of this process against a router with faults in another one. */
import { getEventListeners } from 'node:events';
import { SecureChatCompletion, type LogEntry, type SecureChatCompletionConfig } from 'nomyo-js';
import { inParallel } from '../common/parallel.js';
import { measure, settledLeftovers, type Resources } from '../common/resources.js';
import { StarvationMeter } from '../common/starvation.js';
import { makeCall, type CallRecord, type ChaosClient } from './calls.js';
import type { LoggedRequest } from './messages.js';
import { startRouterChild } from './router-child.js';
import { judgeCalls } from './verdict.js';

export interface ChaosPlan {
  readonly requests: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Of one attempt, in ms. */
  readonly timeout: number;
  /** How long what was open may take to go away after the end, in ms. Default: 5000. */
  readonly patience?: number;
  /** Default: the client of nomyo-js. */
  readonly createClient?: (config: SecureChatCompletionConfig) => ChaosClient;
}

export interface ChaosReport {
  readonly calls: readonly CallRecord[];
  readonly log: readonly LoggedRequest[];
  /** How often the client has emitted each event. */
  readonly events: Readonly<Record<string, number>>;
  /** The faults of calls. */
  readonly misjudged: readonly string[];
  /** Resources held after dispose() that were not held before. */
  readonly leftBehind: readonly string[];
  /** Listeners on a signal that every call was given. */
  readonly listenersOnSignal: number;
  /** Warnings by Node; a library that prints nothing must not cause any. */
  readonly warnings: readonly string[];
  /** When the warm-up was over, and when the last call was. */
  readonly before: Resources;
  readonly after: Resources;
}

/** Short, so that the key endpoint and its faults are met often, and pairs change under load; in ms. */
const SETTINGS = { serverKeyTtl: 100, keyRotationInterval: 4000, maxRetryDelay: 300 } as const;

/** Slack that a busy machine may add to the deadline of a call, in ms. */
const SLACK_MS = 3000;

/** The last errors, held to the end as by a caller who collects them: they must not hold memory in their turn. */
const KEPT_ERRORS = 200;

/** Requests until code is compiled and pools are filled. */
const WARM_UP = { share: 0.1, most: 500 } as const;

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const warnings: string[] = [];
  const hear = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', hear);
  const { createClient = createOurs, patience = 5000 } = plan;
  const router = await startRouterChild(plan.seed);
  const empty = await measure();
  const events: Record<string, number> = {};
  const client = createClient(configOf(router, plan, events));
  const calls = await makeCalls(client, plan);
  client.dispose();
  // The router is still there: a connection that waits for the router to close it was left open.
  const leftBehind = await settledLeftovers(empty, patience);
  const log = await router.stop();
  process.off('warning', hear);
  const misjudged = judgeCalls(calls.calls, log, { ...SETTINGS, timeout: plan.timeout });
  return { ...calls, log: log.requests, events, misjudged, leftBehind, warnings };
}

async function makeCalls(
  client: ChaosClient,
  { requests, concurrency, seed, timeout }: ChaosPlan,
): Promise<Pick<ChaosReport, 'calls' | 'before' | 'after' | 'listenersOnSignal'>> {
  const { signal } = new AbortController();
  const starvation = new StarvationMeter();
  const kept: unknown[] = [];
  const keep = (error: unknown): void => void kept.splice(0, kept.push(error) - KEPT_ERRORS);
  const { maxRetryDelay } = SETTINGS;
  const plan = { seed, timeout, maxRetryDelay, slack: SLACK_MS, signal, starvation, keep };
  const calls: CallRecord[] = [];
  const call = async (index: number): Promise<void> => {
    calls.push(await makeCall(client, index, plan));
  };
  const warmUp = Math.min(WARM_UP.most, Math.ceil(requests * WARM_UP.share));
  await inParallel(warmUp, concurrency, call);
  const before = await measure();
  await inParallel(requests - warmUp, concurrency, (index) => call(index + warmUp));
  const after = await measure();
  kept.length = 0;
  starvation.stop();
  return { calls, before, after, listenersOnSignal: getEventListeners(signal, 'abort').length };
}

function configOf(
  { url, ca }: { readonly url: string; readonly ca: string },
  { timeout }: ChaosPlan,
  events: Record<string, number>,
): SecureChatCompletionConfig {
  const count = ({ message }: LogEntry): void => {
    events[message] = (events[message] ?? 0) + 1;
  };
  const logger = { debug: count, info: count, warn: count };
  return { baseUrl: url, tls: { ca }, timeout, keyDir: null, keySize: 2048, ...SETTINGS, logger };
}

function createOurs(config: SecureChatCompletionConfig): SecureChatCompletion {
  return new SecureChatCompletion(config);
}
