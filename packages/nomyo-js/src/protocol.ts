/**
 * The interface between a client and a version of the protocol. Above it, and the same for every version: checks,
 * policy, padding, the API key, retries, events, observers and the memory of a call. Below it: sealing and sending one
 * request, and opening its answer. The service speaks `v1`; the option `protocol` replaces it.
 */
import { hasMethods, InvalidArgumentError, optional, type Check } from '@nomyo/base';
import type { JsonObject, SecureByteContext } from '@nomyo/crypto';
import type { HttpClient } from '@nomyo/transport';
import type { CallMemory } from './call/call-memory.js';
import type { CallSignal } from './call/call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import type { Emit } from './events.js';
import type { CommonOptions, ResolvedOptions } from './options/options.js';

/** Path of the list of models in OpenAI's API. */
export const MODELS_PATH = '/v1/models';

/** A version of the protocol, ready for any number of clients. */
export interface Protocol<C extends Channel = Channel> {
  /** Name for observers: `nomyo/1`, `nomyo/2`. */
  readonly name: string;
  /** Pins of the trusted roots, `ed25519/…`, for people to compare. Empty if there are none. */
  readonly roots: readonly string[];
  /** Whether only keys given to it are trusted, which satisfies a policy that requires pins. */
  readonly pinsServerKey: boolean;
  /** Whether clients have an RSA key pair, and so possibly key files. */
  readonly hasKeyPair: boolean;
  /** Whether answers can be streamed; if not, requests are sealed without `stream` and `stream_options`. */
  readonly streams: boolean;
  /** Options of a client that would have no effect, each of which is an error. */
  readonly excludes: readonly (keyof CommonOptions)[];
  /** Makes the channel of one client. Nothing is read, written or sent here. */
  connect(context: ProtocolContext): C;
}

/** The dependencies of a channel. The client owns them all. */
export interface ProtocolContext {
  readonly options: ResolvedOptions;
  readonly http: HttpClient;
  readonly emit: Emit;
}

/** Carries the calls of one client. */
export interface Channel {
  /** Fetches and makes everything that the first call would wait for. */
  ready(signal: CallSignal): Promise<void>;
  /**
   * Begins one call. Nothing is sent before {@link Exchange.attempt}.
   *
   * @throws when it is already known that the call cannot be carried
   */
  begin(call: PreparedCall): Promise<Exchange>;
  /** Wipes keys and ends background work. Calls under way have ended before. Idempotent. */
  dispose(): void;
}

/** A call that has been checked against options and policy, and is ready to be sealed. */
export interface PreparedCall {
  /** Path of the call in OpenAI's API: `/v1/chat/completions`, `/v1/models`. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /**
   * JSON, padded according to the option; `undefined` for a GET. It is disposed of when the call is over; a channel
   * that no longer needs it may do so earlier.
   */
  readonly body: SecureByteContext | undefined;
  /**
   * The memory of the call. Memory for plaintext or keys is taken with `memory.options`, inside
   * `memory.take(task, { timeout, signal, urgent: true })`, which waits for room if memory must be locked.
   */
  readonly memory: CallMemory;
  /** A UUID from `create()`, or the caller's own in the low-level client; the same on every attempt. */
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly apiKey: string | undefined;
  /** The caller's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the caller wants a stream. A channel that cannot stream returns a whole answer. */
  readonly stream: boolean;
  /** Longest duration of one attempt, in ms. */
  readonly timeout: number;
  /** Aborted by the caller's signal, when the client is disposed of, and when a stream is abandoned. */
  readonly signal: CallSignal;
  /** Waits for the caller's rate limit. Awaited before each request that is sent. */
  readonly pace: () => Promise<void> | undefined;
  /** Records the messages, for events and observers. */
  readonly record: CallRecord;
}

/** Records sizes, names and hashes of the messages of a call. */
export interface CallRecord {
  /** Called when a request has been sealed and is about to be sent. Forgets the record of the previous attempt. */
  sent(ciphertext: Uint8Array, keys: CallKeys): void;
  /** Called with ciphertext of the answer as it arrives, before it is opened. */
  received(ciphertext: Uint8Array): void;
}

/** Names of the keys of a call, for logs: fingerprints, or key ids. */
export interface CallKeys {
  readonly server?: string | undefined;
  readonly client?: string | undefined;
}

/** One call under way. */
export interface Exchange {
  /** Makes one attempt. @param number from 1 */
  attempt(number: number): Promise<Answer>;
  /**
   * Decides whether the call may be sent again, if the protocol knows better than the class of the error. It overrides
   * `retry: 'safe'`, but neither `retry: 'none'` nor `maxRetries`. `undefined`: the general rule applies.
   */
  mayRetry?(error: unknown): boolean | undefined;
  /** Called once, when the call is over: wipes everything that was kept for another attempt. */
  end(): void;
}

/** The facts about an answer besides its text. */
export interface AnswerFacts {
  /** The tier that was applied, if the answer states it under its seal. */
  readonly appliedTier?: SecurityTier | undefined;
  /** Members of `_metadata`, besides `payload_id`, `is_encrypted` and `memory_locked`. */
  readonly metadata: JsonObject;
}

/** A whole answer, opened. */
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
   * The opened bytes of `text/event-stream`, as they arrive; the boundaries of pieces mean nothing. It only ends after
   * the protocol's own end mark; an answer that was cut off rejects. Leaving the loop ends the request.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** The result of an attempt. */
export type Answer = WholeAnswer | StreamedAnswer;

/**
 * Reads the option `protocol`, before all others, because they depend on it.
 *
 * @throws {InvalidArgumentError} when it is not a protocol
 */
export function protocolOf({ protocol }: Pick<CommonOptions, 'protocol'>, ordinary: Protocol): Protocol {
  return optional('protocol', protocol, aProtocol, ordinary);
}

const aProtocol: Check<Protocol> = (name, value) => {
  if (isProtocol(value)) return value;
  throw new InvalidArgumentError(name, 'must be the result of v2() from nomyo-js/v2');
};

function isProtocol(value: unknown): value is Protocol {
  return hasMethods(value, 'connect') && Array.isArray(value['excludes']);
}
