/** Runs a batch that is open, until its end or until it is told to stop. */
import { utf8Encode, wipe } from '@nomyo/base';
import { sealEnvelope, type RsaPublicKey } from '@nomyo/crypto';
import type { SecureChatCompletionConfig } from 'nomyo-js';
import type { BatchFlags } from '../../batch/flags.js';
import type { CheckedInput } from '../../batch/input/check.js';
import type { BatchPlan } from '../../batch/plan.js';
import type { QueuePlace } from '../../batch/fleet/redis.js';
import { finishBatch } from '../../batch/finish.js';
import type { Asked } from '../../batch/journal/record.js';
import type { OpenedBatch } from '../../batch/open.js';
import { Publisher, type OutputPaths } from '../../batch/output/publisher.js';
import { Progress } from '../../batch/progress.js';
import { Budget } from '../../batch/run/budget.js';
import { sender } from '../../batch/run/call.js';
import { runLines, type RunEnd, type RunParts as LineParts } from '../../batch/run/runner.js';
import { tierOf } from '../../client/config.js';
import { rateLimitOf } from '../../client/rate.js';
import { withClient } from '../../client/session.js';
import type { Context } from '../../context.js';
import { CommandFailed, EXIT, Interrupted, UsageError } from '../../exit/codes.js';
import { clearQueue, withSubmitter } from './fleet.js';
import { tellEnd } from './tell.js';

/** The findings before anything is written. */
export interface Checked {
  readonly context: Context;
  readonly flags: BatchFlags;
  readonly plan: BatchPlan;
  readonly input: CheckedInput;
  readonly defaultModel: string | undefined;
}

/** A batch that has work to do, and may have been under way before. */
type Open = Extract<OpenedBatch, { readonly kind: 'open' }>;

/** Where it goes. */
interface RunParts extends Checked {
  readonly paths: OutputPaths;
  /** The key that results on disk are sealed to. */
  readonly key: RsaPublicKey | undefined;
  readonly place: QueuePlace | undefined;
  readonly asked: Asked;
}

const DEFAULT_RETRIES = 2;

/** Calls at a time, and jobs at a time in a queue: enough for many workers, and little for Redis to keep. */
const CONCURRENCY = { calls: 16, jobs: 1_000 } as const;

/** Ends when every line has its result, or when a signal or the budget stops it. */
export async function runOpened(batch: Open, parts: RunParts): Promise<void> {
  const { ledger, journal } = batch;
  const { context, paths } = parts;
  tellStart(batch, parts);
  try {
    // A disk that cannot hold the journal is reported before anything is sent.
    await journal.durable();
    const publisher = new Publisher(paths, ledger, journal);
    try {
      publisher.advance();
      if (!ledger.isComplete) await sendLines(batch, parts, publisher);
      else await clearComplete(batch, parts);
      const end = await finishBatch({ ...batch, publisher, paths });
      tellEnd(context, end, { isOld: false });
    } finally {
      publisher.close();
    }
  } finally {
    await journal.close();
  }
}

function tellStart(
  { isResumed, ledger, damaged, header }: Open,
  { context: { output }, asked }: RunParts,
): void {
  if (damaged > 0) {
    output.warn(`nomyo: ${String(damaged)} lines of the journal are damaged; what they said is run again`);
  }
  if (!isResumed) return;
  const done = ledger.answered + ledger.failed;
  output.note(`nomyo: going on: ${String(done)} of ${String(ledger.total)} lines are done`);
  if (done === 0 || ledger.isComplete || header.asked.router === asked.router) return;
  const [before, now] = [header.asked, asked].map(({ router }) => router ?? 'the service');
  output.warn(
    `nomyo: the batch was begun at ${String(before)}; the lines that are left go to ${String(now)}`,
  );
}

/** Resolves when every line has its outcome. */
function sendLines(batch: Open, parts: RunParts, publisher: Publisher): Promise<void> {
  return parts.place === undefined
    ? callLines(batch, parts, publisher)
    : submitLines(batch, { ...parts, place: parts.place }, publisher);
}

/** An earlier run was killed when every line had its outcome. */
async function clearComplete({ header, ledger }: Open, { context, place }: RunParts): Promise<void> {
  if (place === undefined || header.fleet === null) return;
  await clearQueue(context, place, { identity: header.fleet, isDone: (index) => ledger.isDone(index) });
}

/** From this process. */
async function callLines(batch: Open, parts: RunParts, publisher: Publisher): Promise<void> {
  const { context, flags } = parts;
  const options = (local: Context): SecureChatCompletionConfig => ({
    ...rateLimitOf(local.settings, flags.rate),
    ...(flags.atMostOnce ? { retry: 'safe' as const } : {}),
  });
  await withClient(
    context,
    async ({ client, context: local }) => {
      // Wrong keys and wrong addresses are told before the first line is marked as sent.
      await client.ready();
      const maxRetries = local.settings.maxRetries ?? DEFAULT_RETRIES;
      const send = sender({ client, tier: tierOf(local), maxRetries }, flags.atMostOnce);
      const stop = stopOnSignals(local, 'no new lines; those under way end first');
      const concurrency = flags.concurrency ?? CONCURRENCY.calls;
      const own = { send, stop, concurrency, maxRetries, onWritten: () => undefined };
      await runToEnd({ ...linesOf(batch, parts, publisher), ...own }, local);
    },
    options,
  );
}

/** Through a queue. */
async function submitLines(
  batch: Open,
  parts: RunParts & { readonly place: QueuePlace },
  publisher: Publisher,
): Promise<void> {
  const { context, flags, place } = parts;
  const { journal, header, ledger } = batch;
  if (header.fleet === null) throw new CommandFailed('the journal names no queue');
  const stop = stopOnSignals(context, 'the workers go on with what is in the queue');
  const rate = flags.rate === 0 ? undefined : flags.rate;
  const retries = parts.plan.reopens;
  const wasDone = batch.isResumed ? (index: number) => ledger.isDone(index) : undefined;
  const onKey = (fingerprint: string): void => keepKey(batch, fingerprint, context);
  const own = { identity: header.fleet, once: flags.atMostOnce, retries, rate, stop, wasDone, onKey };
  await withSubmitter({ context, place, ...own }, async (submitter) => {
    const forgotten: Promise<void>[] = [];
    const onWritten = (index: number): void => {
      forgotten.push(journal.durable().then(() => submitter.forget(index)));
      if (forgotten.length > MAX_FORGETTING) void forgotten.shift();
    };
    const concurrency = flags.concurrency ?? CONCURRENCY.jobs;
    const sending = { send: submitter.send, stop, concurrency, maxRetries: DEFAULT_RETRIES, onWritten };
    try {
      await runToEnd({ ...linesOf(batch, parts, publisher), ...sending }, context);
    } finally {
      await Promise.allSettled(forgotten);
    }
  });
}

/** A key in memory ends with its run, and is not worth remembering. @throws {UsageError} on another key */
function keepKey({ ledger, journal }: Open, fingerprint: string, { settings }: Context): void {
  const { replyKey } = ledger;
  if (replyKey !== undefined && replyKey !== fingerprint) {
    throw new UsageError(
      `--key-dir: results of this batch are sealed to ${replyKey}, and this pair is ${fingerprint}; use the pair of the first run`,
    );
  }
  if (replyKey === undefined && settings.ephemeral !== true) journal.append({ kind: 'key', fingerprint });
}

/** The most lines to wait for at the end: older ones are long done. */
const MAX_FORGETTING = 2_000;

function linesOf(
  { ledger, journal }: Open,
  { flags, input, defaultModel, key }: RunParts,
  publisher: Publisher,
): Omit<LineParts, 'send' | 'stop' | 'concurrency' | 'maxRetries' | 'onWritten'> {
  const { atMostOnce, maxCost } = flags;
  return {
    input,
    defaultModel,
    ledger,
    journal,
    publisher,
    atMostOnce,
    budget: maxCost === undefined ? undefined : new Budget(maxCost, ledger.usage),
    keep: (line) => keep(line, key),
  };
}

/** @throws unless every line has its outcome */
async function runToEnd(parts: LineParts, { output }: Context): Promise<void> {
  const progress = new Progress(output, parts.ledger);
  let end: RunEnd;
  try {
    end = await runLines(parts);
  } finally {
    progress.stop();
  }
  explain(end, progress.text);
}

async function keep(line: string, key: RsaPublicKey | undefined): Promise<Uint8Array> {
  const bytes = utf8Encode(line);
  if (key === undefined) return bytes;
  try {
    return await sealEnvelope(bytes, key);
  } finally {
    wipe(bytes);
  }
}

/** The first signal ends it in order, the second one at once. Either way it can be resumed. */
function stopOnSignals({ takeSignals, output }: Context, what: string): AbortSignal {
  const stop = new AbortController();
  takeSignals(() => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    output.note(`nomyo: ${what}. A second signal ends at once.`);
    stop.abort(new Interrupted('interrupted; the same command goes on'));
  });
  return stop.signal;
}

/** @throws unless every line has its outcome */
function explain(end: RunEnd, progress: string): void {
  if (end.kind === 'complete') return;
  const goOn = 'the same command goes on';
  if (end.kind === 'stopped') throw new Interrupted(`interrupted: ${progress}; ${goOn}`);
  if (end.kind === 'failed') throw end.error;
  throw new CommandFailed(
    `--max-cost: the next line could cost more: ${progress}; with a higher one ${goOn}`,
  );
}
