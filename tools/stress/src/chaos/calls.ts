/** The calls of a run: each asks a question of its own, some are given up half-way, and every one is timed. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  NomyoError,
  type ChatCompletion,
  type ChatCompletionRequest,
  type CreateOptions,
  type SecureChatCompletion,
} from 'nomyo-js';
import { Random } from '../common/random.js';
import type { StarvationMeter } from '../common/starvation.js';
import { CALL_HEADER } from './messages.js';

/** The client under attack; tests put defective clients here. */
export interface ChaosClient extends Pick<SecureChatCompletion, 'dispose'> {
  create(request: ChatCompletionRequest, options?: CreateOptions): Promise<ChatCompletion>;
}

/** How calls are made. Times in ms. */
export interface CallPlan {
  readonly seed: number;
  readonly timeout: number;
  readonly maxRetryDelay: number;
  /** Other work of the machine: a timer that fires late, a key that is made. */
  readonly slack: number;
  readonly starvation: Pick<StarvationMeter, 'total'>;
  /** Gets every error, unread: V8 keeps objects alive with an error until its `stack` is read. */
  readonly keep: (error: unknown) => void;
  /** Lives as long as the run: what every call leaves on it would add up. */
  readonly signal: AbortSignal;
}

/** How one call has ended. Times in Unix ms. */
export interface CallRecord {
  readonly call: number;
  /** `answer`, `wrong answer`, `aborted`, `never settled`, or class and code of the error. */
  readonly outcome: string;
  readonly wasAborted: boolean;
  readonly at: number;
  readonly end: number;
  /** Longest time that it may take. */
  readonly deadlineMs: number;
  readonly maxRetries: number;
  /** How long the machine did something else meanwhile. */
  readonly starvedMs: number;
}

/** A call that is still not over after this is given up. */
const PATIENCE_MS = 1000;

const ABORTED_ONE_IN = 16;

export async function makeCall(client: ChaosClient, call: number, plan: CallPlan): Promise<CallRecord> {
  const random = new Random(plan.seed, 'call', call);
  const maxRetries = random.below(3);
  const deadlineMs = deadlineOf(maxRetries, plan);
  const wasAborted = random.oneIn(ABORTED_ONE_IN);
  const controller = new AbortController();
  const reason = new Error(`call ${String(call)} is no longer wanted`);
  const timer = wasAborted ? setTimeout(() => controller.abort(reason), random.below(400)) : undefined;
  const signal = wasAborted ? controller.signal : plan.signal;
  const at = Date.now();
  const starvedBefore = plan.starvation.total;
  const settled = ask(client, call, random, { signal, maxRetries }).catch((error: unknown) => {
    plan.keep(error);
    return error === reason ? 'aborted' : outcomeOf(error);
  });
  const outcome = await within(deadlineMs + PATIENCE_MS, settled);
  clearTimeout(timer);
  const starvedMs = plan.starvation.total - starvedBefore;
  return { call, outcome, wasAborted, at, end: Date.now(), deadlineMs, maxRetries, starvedMs };
}

/**
 * Every attempt can wait for the router's key and for its answer, and for its turn after that; once a call, after a
 * 400, both are asked again.
 */
function deadlineOf(maxRetries: number, { timeout, maxRetryDelay, slack }: CallPlan): number {
  return (maxRetries + 1) * (2 * timeout + maxRetryDelay) + 2 * timeout + slack;
}

async function ask(
  client: ChaosClient,
  call: number,
  random: Random,
  options: { signal: AbortSignal; maxRetries: number },
): Promise<'answer' | 'wrong answer'> {
  const mark = `<${String(call)}-${random.hex(24)}>`;
  const messages = [
    { role: 'system' as const, content: 'x'.repeat(random.below(random.pick([10, 1000, 20_000]))) },
    { role: 'user' as const, content: mark },
  ];
  const tier = random.pick(['standard', 'high', 'maximum', undefined] as const);
  const request = {
    model: 'Qwen/Qwen3-0.6B',
    messages,
    ...(tier === undefined ? {} : { security_tier: tier }),
  };
  const answer = await client.create(request, { ...options, headers: { [CALL_HEADER]: String(call) } });
  const marks = JSON.stringify(answer).match(/<\d+-[\da-f]{24}>/gu) ?? [];
  return marks.length > 0 && marks.every((found) => found === mark) ? 'answer' : 'wrong answer';
}

function outcomeOf(error: unknown): string {
  if (error instanceof NomyoError) return `${error.name} ${error.code}`;
  return `an error of no type: ${error instanceof Error ? (error.stack ?? '') : String(error)}`;
}

async function within(ms: number, settled: Promise<string>): Promise<string> {
  const patience = new AbortController();
  try {
    return await Promise.race([settled, pause(ms, 'never settled', { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
}
