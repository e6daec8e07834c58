/**
 * The seam between a client and the wire. Above it: checks, policy, padding, the API key, retries, events, observers
 * and the memory of a call, the same for every version of the protocol. Below it: how one request is sealed and sent,
 * and how its answer is opened. `v1` is what the service speaks; the option `protocol` puts another one in its place.
 */
import { hasMethods, InvalidArgumentError, optional, type Check } from '@nomyo/base';
import type { JsonObject, SecureByteContext } from '@nomyo/crypto';
import type { HttpClient } from '@nomyo/transport';
import type { CallMemory } from './call-memory.js';
import type { CallSignal } from './call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import type { Emit } from './events.js';
import type { CommonOptions, ResolvedOptions } from './options.js';

/** The list of models, as OpenAI's API has it. */
export const MODELS_PATH = '/v1/models';

/** A version of the protocol, ready for any number of clients. */
export interface Protocol<C extends Channel = Channel> {
  /** As observers are told: `nomyo/1`, `nomyo/2`. */
  readonly name: string;
  /** Pins of the roots that it trusts, for people to compare: `ed25519/…`. Empty where there is no root. */
  readonly roots: readonly string[];
  /** Whether it trusts only keys it was given, which meets a policy's demand for pins. */
  readonly pinsServerKey: boolean;
  /** Whether clients have an RSA key pair, and so perhaps files that hold it. */
  readonly hasKeyPair: boolean;
  /** Whether it can answer piece by piece; if not, requests are sealed without `stream` and `stream_options`. */
  readonly streams: boolean;
  /** Options of a client that would have no effect with it: each is refused by name. */
  readonly excludes: readonly (keyof CommonOptions)[];
  /** One channel per client. Nothing is read, written or sent here. */
  connect(context: ProtocolContext): C;
}

/** What a channel is built on. It all belongs to the client, which ends it. */
export interface ProtocolContext {
  readonly options: ResolvedOptions;
  readonly http: HttpClient;
  readonly emit: Emit;
}

/** Carries the calls of one client. */
export interface Channel {
  /** Fetches and makes whatever the first call would wait for. */
  ready(signal: CallSignal): Promise<void>;
  /**
   * Begins one call. Nothing of it is sent before {@link Exchange.attempt}.
   *
   * @throws when it can be known already that the call cannot be carried
   */
  begin(call: PreparedCall): Promise<Exchange>;
  /** Wipes keys and ends what runs in the background. Calls under way were ended before. Idempotent. */
  dispose(): void;
}

/** A call that was checked against options and policy, and is ready to be sealed. */
export interface PreparedCall {
  /** What is asked for, by the name that OpenAI's API gives it: `/v1/chat/completions`, `/v1/models`. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /**
   * JSON, padded as the option says; `undefined` for a GET. It is disposed of when the call is over, at the latest: a
   * channel that needs it no more may do so before.
   */
  readonly body: SecureByteContext | undefined;
  /**
   * The memory of the call. Whatever holds plaintext or keys is taken with `memory.options`, inside of
   * `memory.take(task, { timeout, signal, urgent: true })`: it waits for room where memory must be locked.
   */
  readonly memory: CallMemory;
  /** A UUID from `create()`, or the caller's own at the lower level; the same on every attempt. */
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: string | undefined;
  /** The caller's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the caller wants events as they come. A channel that cannot stream gives a whole answer. */
  readonly stream: boolean;
  /** For one attempt, in ms. */
  readonly timeout: number;
  /** Ends with the caller's signal, with the client, and when a stream was left. */
  readonly signal: CallSignal;
  /** Waits for the caller's rate limit. Awaited before each request that is sent. */
  readonly pace: () => Promise<void> | undefined;
  /** Takes note of what travels, for events and observers. */
  readonly record: CallRecord;
}

/** Sizes, names and hashes of what a call sends and gets. */
export interface CallRecord {
  /** A request was sealed and is about to be sent. What was noted of the attempt before is forgotten. */
  sent(ciphertext: Uint8Array, keys: CallKeys): void;
  /** Ciphertext of the answer, as it comes, before it is opened. */
  received(ciphertext: Uint8Array): void;
}

/** Names of the keys of a call, for logs: fingerprints, or key ids. */
export interface CallKeys {
  readonly server?: string | undefined;
  readonly client?: string | undefined;
}

/** One call on its way. */
export interface Exchange {
  /** @param number from 1 */
  attempt(number: number): Promise<Answer>;
  /**
   * Where the protocol knows better than the class of an error whether the call may be sent again: it overrules
   * `retry: 'safe'`, but neither `retry: 'none'` nor `maxRetries`. `undefined`: the general rule.
   */
  mayRetry?(error: unknown): boolean | undefined;
  /** The call is over, however it ended: what was kept for another attempt is wiped. Called once. */
  end(): void;
}

/** What is known of an answer besides its text. */
export interface AnswerFacts {
  /** The tier that was applied, where the answer says so under its seal. */
  readonly appliedTier?: SecurityTier | undefined;
  /** Members of `_metadata`, besides `payload_id`, `is_encrypted` and `memory_locked`. */
  readonly metadata: JsonObject;
}

/** The whole answer, opened. */
export interface WholeAnswer {
  readonly kind: 'whole';
  readonly facts: AnswerFacts;
  /** JSON. The taker of the answer disposes of it. */
  readonly plaintext: SecureByteContext;
}

/** An answer that opens piece by piece. */
export interface StreamedAnswer {
  readonly kind: 'stream';
  readonly facts: AnswerFacts;
  /**
   * The opened bytes of `text/event-stream`, as they come; boundaries mean nothing. It ends only after the protocol's
   * own end; an answer that was cut rejects. Leaving the loop ends the request.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** What an attempt gives. */
export type Answer = WholeAnswer | StreamedAnswer;

/**
 * The option `protocol`, before any other is looked at: it decides what they mean.
 *
 * @throws {InvalidArgumentError}
 */
export function protocolOf({ protocol }: Pick<CommonOptions, 'protocol'>, ordinary: Protocol): Protocol {
  return optional('protocol', protocol, aProtocol, ordinary);
}

const aProtocol: Check<Protocol> = (name, value) => {
  if (isProtocol(value)) return value;
  throw new InvalidArgumentError(name, 'must be what v2() of nomyo-js/v2 gives');
};

function isProtocol(value: unknown): value is Protocol {
  return hasMethods(value, 'connect') && Array.isArray(value['excludes']);
}
