/** Runs a batch that is open, until its end or until it is told to stop. */
import { utf8Encode, wipe } from '@nomyo/base';
import { sealEnvelope, type RsaPublicKey } from '@nomyo/crypto';
import type { SecureChatCompletion, SecureChatCompletionConfig } from 'nomyo-js';
import { finishBatch } from '../../batch/finish.js';
import type { OpenedBatch } from '../../batch/open.js';
import { Publisher, type OutputPaths } from '../../batch/output/publisher.js';
import { Progress } from '../../batch/progress.js';
import { Budget } from '../../batch/run/budget.js';
import { call } from '../../batch/run/call.js';
import { runLines, type RunEnd } from '../../batch/run/runner.js';
import { tierOf } from '../../client/config.js';
import { rateLimitOf } from '../../client/rate.js';
import { withClient } from '../../client/session.js';
import type { Context } from '../../context.js';
import { CommandFailed, EXIT, Interrupted } from '../../exit/codes.js';
import type { Checked } from './batch.js';
import { tellEnd } from './tell.js';

/** A batch that has work to do, and may have been under way before. */
type Open = Extract<OpenedBatch, { readonly kind: 'open' }>;

/** Where it goes. */
interface RunParts extends Checked {
  readonly paths: OutputPaths;
  readonly key: RsaPublicKey | undefined;
}

const DEFAULT_RETRIES = 2;

export async function runOpened(batch: Open, parts: RunParts): Promise<void> {
  const { ledger, journal } = batch;
  const { context, paths } = parts;
  tellStart(batch, context);
  try {
    const publisher = new Publisher(paths, ledger, journal);
    try {
      publisher.advance();
      if (!ledger.isComplete) await callLines(batch, parts, publisher);
      const end = await finishBatch({ ...batch, publisher, paths });
      tellEnd(context, end, { isOld: false });
    } finally {
      publisher.close();
    }
  } finally {
    await journal.close();
  }
}

function tellStart({ isResumed, ledger, damaged }: Open, { output }: Context): void {
  if (damaged > 0) {
    output.warn(`nomyo: ${String(damaged)} lines of the journal are damaged; what they said is run again`);
  }
  if (!isResumed) return;
  const done = ledger.answered + ledger.failed;
  output.note(`nomyo: going on: ${String(done)} of ${String(ledger.total)} lines are done`);
}

/** Resolves when every line has its outcome. */
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
      const stop = stopOnSignals(local);
      const progress = new Progress(local.output, batch.ledger);
      let end: RunEnd;
      try {
        end = await runLines(lineParts(batch, { ...parts, context: local }, { publisher, client, stop }));
      } finally {
        progress.stop();
      }
      explain(end, progress.text);
    },
    options,
  );
}

interface Tools {
  readonly publisher: Publisher;
  readonly client: SecureChatCompletion;
  readonly stop: AbortSignal;
}

function lineParts(
  { ledger, journal }: Open,
  { context, flags, input, defaultModel, key }: RunParts,
  { publisher, client, stop }: Tools,
): Parameters<typeof runLines>[0] {
  const maxRetries = context.settings.maxRetries ?? DEFAULT_RETRIES;
  const caller = { client, tier: tierOf(context), maxRetries };
  const { concurrency, atMostOnce, maxCost } = flags;
  return {
    input,
    defaultModel,
    ledger,
    journal,
    publisher,
    concurrency,
    atMostOnce,
    maxRetries,
    budget: maxCost === undefined ? undefined : new Budget(maxCost, ledger.usage),
    call: (request) => call(request, caller),
    keep: (line) => keep(line, key),
    stop,
  };
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

/** The first signal ends it when the lines under way have ended; the second one at once. Both can go on later. */
function stopOnSignals({ takeSignals, output }: Context): AbortSignal {
  const stop = new AbortController();
  takeSignals(() => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    output.note('nomyo: no new lines; those under way end first. A second signal ends at once.');
    stop.abort();
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
