/** `nomyo batch --queue`: submits lines and collects what the workers make of them. */
import type { Redis } from 'ioredis';
import { isObject } from '@nomyo/base';
import type { RsaPrivateKey, RsaPublicKey } from '@nomyo/crypto';
import { fleetKey } from '../../batch/fleet/key-pair.js';
import { clearLeftovers, type Leftovers } from '../../batch/fleet/leftovers.js';
import { openEvents, openQueue } from '../../batch/fleet/queue.js';
import { connect, type QueuePlace } from '../../batch/fleet/redis.js';
import { groupKey } from '../../batch/fleet/registry.js';
import { Submitter, type SubmitParts } from '../../batch/fleet/submit.js';
import { tierOf } from '../../client/config.js';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { readPublicKey } from '../../sealed-file.js';

/** The parts of a run through a queue. */
export interface FleetParts {
  readonly context: Context;
  readonly place: QueuePlace;
  readonly identity: SubmitParts['identity'];
  readonly once: boolean;
  readonly retries: boolean;
  readonly rate: number | undefined;
  readonly stop: AbortSignal;
  /** Whether an earlier run has written down the outcome of a line; `undefined`: there was none. */
  readonly wasDone: ((index: number) => boolean) | undefined;
  /** Told which key results are to be sealed to, before anything is submitted; what it throws ends the run. */
  readonly onKey: (fingerprint: string) => void;
}

/** Runs `use` with a submitter, and lets go of everything whatever happens. */
export async function withSubmitter(
  parts: FleetParts,
  use: (submitter: Submitter) => Promise<void>,
): Promise<void> {
  const { place, identity, wasDone } = parts;
  const redis = await connect(place);
  try {
    if (wasDone !== undefined) {
      await clearLeftovers({ redis, prefix: place.prefix, identity, isDone: wasDone });
    }
    const key = await fleetKey(parts.context);
    try {
      parts.onKey(key.publicKey.fingerprint);
      await submit(parts, { redis, key }, use);
    } finally {
      key.dispose();
    }
  } finally {
    redis.disconnect();
  }
}

/** For a batch that lacks nothing but its end. Its answers are all there: without Redis it ends nevertheless. */
export async function clearQueue(
  { output }: Pick<Context, 'output'>,
  place: QueuePlace,
  own: Pick<Leftovers, 'identity' | 'isDone'>,
): Promise<void> {
  let redis: Redis | undefined;
  try {
    redis = await connect(place);
    await clearLeftovers({ redis, prefix: place.prefix, ...own });
  } catch (error) {
    const why = isObject(error) ? String(error['message']) : 'Redis cannot be reached';
    output.warn(`nomyo: ${why}; results of this batch may stay there, sealed, for up to 14 days`);
  } finally {
    redis?.disconnect();
  }
}

async function submit(
  { context, place: { prefix }, wasDone: _wasDone, onKey: _onKey, ...rest }: FleetParts,
  { redis, key }: { readonly redis: Redis; readonly key: RsaPrivateKey },
  use: (submitter: Submitter) => Promise<void>,
): Promise<void> {
  const workers = await workersKey(context, redis, { prefix, stop: rest.stop });
  const queue = await openQueue(redis, prefix, workers.fingerprint);
  const events = await openEvents(redis, prefix, workers.fingerprint);
  const submitter = new Submitter({ ...rest, redis, queue, events, key, workers, tier: tierOf(context) });
  try {
    await use(submitter);
  } finally {
    await submitter.close();
    await queue.close();
  }
}

/** Anyone who can write to Redis can announce a key of their own; a key file brought by hand rules that out. */
async function workersKey(
  { flags, output }: Context,
  redis: Redis,
  { prefix, stop }: { readonly prefix: string; readonly stop: AbortSignal },
): Promise<RsaPublicKey> {
  const { workerKey } = flags;
  if (typeof workerKey === 'string') return readPublicKey(workerKey, '--worker-key');
  const onWait = (): void => output.note('nomyo: waiting for a worker: none has announced its key');
  const key = await groupKey(redis, prefix, { signal: stop, onWait });
  output.note(
    `nomyo: lines are sealed to ${key.fingerprint}, as the workers announced in Redis; --worker-key takes it from a file`,
  );
  return key;
}

/**
 * Tells of flags that only a worker can follow.
 *
 * @throws {UsageError} on those that would be a protection
 */
export function checkWorkerFlags({ flags, output }: Context): void {
  for (const [name, flag] of WORKER_FLAGS) {
    if (flags[name] === undefined) continue;
    const why = `${flag} has no effect with --queue: give it to nomyo batch-worker, which makes the calls`;
    if (PROTECTIONS.includes(flag)) throw new UsageError(why);
    output.warn(`nomyo: ${why}`);
  }
}

const PROTECTIONS: readonly string[] = [
  '--pin',
  '--first-use',
  '--policy',
  '--audit',
  '--audit-required',
  '--local',
];

const WORKER_FLAGS: readonly (readonly [name: string, flag: string])[] = [
  ['baseUrl', '--base-url'],
  ['apiKeyFile', '--api-key-file'],
  ['apiKeyFd', '--api-key-fd'],
  ['timeout', '--timeout'],
  ['maxRetries', '--max-retries'],
  ['pin', '--pin'],
  ['firstUse', '--first-use'],
  ['policy', '--policy'],
  ['audit', '--audit'],
  ['auditRequired', '--audit-required'],
  ['local', '--local'],
];
