/**
 * The data in Redis: a job is sealed to the workers, its result to the submitter. Redis sees how many there
 * are, when, and how long. A result repeats the secret of its job, which only a worker can have read: whoever can write
 * to Redis can make no result, and cannot swap two.
 */
import { createHmac } from 'node:crypto';
import { equalBytes, isObject, utf8Decode, utf8Encode, wipe } from '@nomyo/base';
import { openEnvelope, RsaPublicKey, sealEnvelope, type RsaPrivateKey } from '@nomyo/crypto';
import type { SecurityTier } from 'nomyo-js';
import { BATCH_URLS } from '../input/request.js';
import type { Outcome } from '../output/result.js';
import type { BatchCall } from '../run/call.js';

/** One line on its way to a worker. */
export interface Job {
  readonly call: BatchCall;
  readonly tier: SecurityTier | undefined;
  /** PEM, of the submitter: the result is sealed to it. */
  readonly replyTo: string;
  /** Hex. */
  readonly secret: string;
}

/** As BullMQ keeps it. */
export interface JobData {
  readonly sealed: string;
  /** It may not run twice. */
  readonly once: boolean;
  /** A worker was about to send it. */
  readonly begun: boolean;
}

const TIERS: readonly SecurityTier[] = ['standard', 'high', 'maximum'];

/** The secret of a job, the same for each run of its batch. @param batchSecret hex */
export const secretOf = (batchSecret: string, index: number): string =>
  createHmac('sha256', batchSecret).update(String(index)).digest('hex');

/** A job as it enters Redis. */
export const sealJob = (job: Job, workers: RsaPublicKey): Promise<string> => seal(job, workers);

/** @throws {SecurityError} when it was not sealed to this key  @throws {TypeError} when it is no job */
export async function openJob(sealed: string, key: RsaPrivateKey): Promise<Job> {
  const job = await open(sealed, key);
  const { call, tier, replyTo, secret } = isObject(job) ? job : {};
  const { url, body } = isObject(call) ? call : {};
  const known = BATCH_URLS.find((path) => path === url);
  if (known === undefined || !isObject(body) || typeof replyTo !== 'string' || typeof secret !== 'string') {
    throw new TypeError('the job is of another version');
  }
  return {
    call: { url: known, body },
    tier: TIERS.find((name) => name === tier),
    replyTo,
    secret,
  };
}

/** A result as it enters Redis; only the submitter opens it. */
export async function sealResult(outcome: Outcome, { replyTo, secret }: Job): Promise<string> {
  return seal({ secret, outcome }, await RsaPublicKey.fromPem(replyTo));
}

/** @returns `undefined` for what no worker has made as the result of this job */
export async function openResult(
  sealed: string,
  key: RsaPrivateKey,
  secret: string,
): Promise<Outcome | undefined> {
  let result: unknown;
  try {
    result = await open(sealed, key);
  } catch {
    return undefined;
  }
  const { secret: repeated, outcome } = isObject(result) ? result : {};
  if (typeof repeated !== 'string' || !equalBytes(utf8Encode(repeated), utf8Encode(secret))) return undefined;
  return isOutcome(outcome) ? outcome : undefined;
}

async function seal(value: object, to: RsaPublicKey): Promise<string> {
  const bytes = utf8Encode(JSON.stringify(value));
  try {
    return utf8Decode(await sealEnvelope(bytes, to));
  } finally {
    wipe(bytes);
  }
}

async function open(sealed: string, key: RsaPrivateKey): Promise<unknown> {
  const { plaintext } = await openEnvelope(utf8Encode(sealed), key);
  return plaintext.use((bytes): unknown => JSON.parse(utf8Decode(bytes)));
}

/** The secret says that a worker of ours has made it. */
const isOutcome = (value: unknown): value is Outcome => isObject(value) && typeof value['ok'] === 'boolean';
