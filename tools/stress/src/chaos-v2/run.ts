/** Clients of this process against the router in another one, through proxies that meddle. */
import { inParallel } from '../common/parallel.js';
import { end, nextMessage, startProgram } from '../common/child.js';
import { measure, settledLeftovers, type Resources } from '../common/resources.js';
import { runLane, type CallRecord } from './calls.js';
import type { ChaosLog, RouterMessage } from './messages.js';
import { judgeCalls } from './verdict.js';

export interface ChaosPlan {
  readonly requests: number;
  /** Lanes: in each, calls are made one after the other. */
  readonly concurrency: number;
  readonly seed: number;
  readonly timeout: number;
}

export interface ChaosReport {
  readonly calls: readonly CallRecord[];
  readonly log: ChaosLog;
  readonly misjudged: readonly string[];
  readonly leftBehind: readonly string[];
  /** After a tenth of the calls, and after the last. */
  readonly before: Resources;
  readonly after: Resources;
}

const PATIENCE_MS = 5_000;

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const { requests, concurrency, seed } = plan;
  const child = startProgram('chaos-v2/router-main.js', [String(seed), String(concurrency)]);
  const ready = await nextMessage<RouterMessage>(child);
  if (ready.kind !== 'ready') throw new Error('the router did not start');
  const empty = await measure();
  const calls: CallRecord[] = [];
  const part = async (share: number, salt: number): Promise<Resources> => {
    const perLane = Math.ceil((requests * share) / concurrency);
    await inParallel(concurrency, concurrency, async (lane) => {
      const url = ready.urls[lane] ?? '';
      calls.push(
        ...(await runLane({ ...plan, lane, url, pin: ready.pin, calls: perLane, seed: seed + salt, salt })),
      );
    });
    return measure();
  };
  const before = await part(0.1, 0);
  const after = await part(0.9, 1);
  const leftBehind = await settledLeftovers(empty, PATIENCE_MS);
  const last = nextMessage<RouterMessage>(child);
  child.send('stop');
  const message = await last;
  await end(child);
  if (message.kind !== 'log') throw new Error('the router kept its log');
  return {
    calls,
    log: message.log,
    misjudged: judgeCalls(calls, message.log, plan.timeout),
    leftBehind,
    before,
    after,
  };
}
