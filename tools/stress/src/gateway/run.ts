/** The real gateway under load and faults, with hostile requests between the calls. */
import { setTimeout as pause } from 'node:timers/promises';
import { startRouter, type FailMode, type Router } from '@nomyo/router/testing';
import { inParallel } from '../common/parallel.js';
import { Random } from '../common/random.js';
import { factsOf, startGateway, type GatewayProcess, type ProcessFacts } from './binary.js';
import { callOnce, type CallEnd } from './calls.js';
import { hostileOnce } from './hostile.js';

export interface GatewayPlan {
  /** In all, at least. */
  readonly calls: number;
  /** Minimum duration of the run, in ms. */
  readonly ms: number;
  /** Clients at once. */
  readonly clients: number;
  /** Requests that no client would send. */
  readonly hostile: number;
  readonly seed: number;
  readonly progress: (calls: number, facts: ProcessFacts | undefined) => void;
}

/** The observations. */
export interface GatewayReport {
  readonly ends: Readonly<Record<CallEnd, number>>;
  /** Faults that the router has injected. */
  readonly faults: number;
  /** Wrong reactions to hostile requests. */
  readonly reactions: readonly string[];
  /** After each part of the run, with nothing under way. */
  readonly samples: readonly ProcessFacts[];
  /** Calls that the gateway says are under way when none is. */
  readonly stuck: number;
  /** Connections to the router while nothing is asked. */
  readonly exitCode: number | null;
}

const PARTS = 16;

/** Of what goes wrong at a router, one of each kind; none that asks clients to wait. */
const FAULTS: readonly FailMode[] = ['flip-tag', '500', '400', 'cut-mid-body', 'reset-mid-body', '200-html'];
const FAULT_EVERY = 20;

export async function runGateway(plan: GatewayPlan): Promise<GatewayReport> {
  const random = new Random(plan.seed, 'faults');
  let faults = 0;
  const fail = ({ method }: { readonly method: string }): FailMode | undefined => {
    if (method !== 'POST' || !random.oneIn(FAULT_EVERY)) return undefined;
    faults += 1;
    return random.pick(FAULTS);
  };
  const router = await startRouter({ keySize: 2048, keepRequests: 8, fail });
  try {
    const seen = await underLoad(router, plan);
    return { ...seen, faults };
  } finally {
    await router.close();
  }
}

async function underLoad(router: Router, plan: GatewayPlan): Promise<Omit<GatewayReport, 'faults'>> {
  const gateway = await startGateway(router.url, ['--ephemeral', '--rate', '0', '--max-queue', '10000']);
  const ended = new Promise<number | null>((resolve) => gateway.child.once('exit', resolve));
  try {
    const load = await parts(gateway, plan);
    const stuck = await callsUnderWay(gateway);
    gateway.child.kill('SIGTERM');
    return { ...load, stuck, exitCode: await ended };
  } finally {
    gateway.child.kill('SIGKILL');
  }
}

async function parts(
  gateway: GatewayProcess,
  { calls, ms, clients, hostile, seed, progress }: GatewayPlan,
): Promise<Pick<GatewayReport, 'ends' | 'reactions' | 'samples'>> {
  const ends = { answered: 0, failed: 0, gone: 0, wrong: 0 };
  const [reactions, samples]: [string[], ProcessFacts[]] = [[], []];
  const every = Math.max(1, Math.floor(calls / Math.max(1, hostile)));
  const part = Math.ceil(calls / PARTS);
  const end = performance.now() + ms;
  for (let done = 0; done < calls || performance.now() < end; done += part) {
    await inParallel(part, clients, async (offset) => {
      const index = done + offset;
      ends[await callOnce(gateway, index, new Random(seed, index))] += 1;
      if (hostile === 0 || index % every !== 0) return;
      const problem = await hostileOnce(gateway, new Random(seed, 'hostile', index));
      if (problem !== undefined) reactions.push(problem);
    });
    await callsUnderWay(gateway);
    const facts = factsOf(gateway.child);
    if (facts !== undefined) samples.push(facts);
    progress(done + part, facts);
  }
  return { ends, reactions, samples };
}

/** Looks for none, for some seconds: the calls of clients that went away end a moment later. */
const LOOKS = 50;
const BETWEEN_LOOKS_MS = 200;

async function callsUnderWay({ url, token }: GatewayProcess): Promise<number> {
  let running = NaN;
  for (let look = 0; look < LOOKS && running !== 0; look += 1) {
    if (look > 0) await pause(BETWEEN_LOOKS_MS);
    const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    const number = (name: string): number =>
      Number(new RegExp(`^nomyo_gateway_calls_${name} (\\d+)$`, 'mu').exec(text)?.[1]);
    running = number('running') + number('waiting');
  }
  return running;
}
