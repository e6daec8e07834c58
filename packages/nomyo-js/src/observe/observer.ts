/**
 * The seam for telemetry and audit: each call of a client is told exactly once, whichever way it came in. Nothing here
 * can hold content: there are names, sizes, times, counts and hashes.
 */
import { type Check, hasMethods, InvalidArgumentError } from '@nomyo/base';
import type { SecurityTier } from '../chat/request-types.js';
import type { CallKeys } from '../protocol.js';

/** Watches the calls of a client. */
export interface CallObserver {
  /** Whether {@link CallEnd.ciphertexts} is wanted: hashing costs some 2 ms per MB. Default: `false`. */
  readonly hashesCiphertexts?: boolean;
  /**
   * A call begins. Runs synchronously inside of `create()`, before anything is sealed, so that the caller's context
   * is still there. What it throws is ignored.
   *
   * @returns what hears of the rest; `undefined`: nothing does
   */
  begin(call: CallStart): CallRecorder | undefined;
}

/** Hears of one call. What its functions throw, or what their promises reject with, is ignored, but for `admit` and `within`. */
export interface CallRecorder {
  /**
   * Asked before anything is sealed or sent, after policy and limits were checked. Whatever it throws or rejects with
   * refuses the call, and is what the caller gets. The client waits for its promise, within the call's signal.
   */
  admit?(request: AdmittedRequest): void | Promise<void>;
  /**
   * Runs the rest of the call, so that a recorder can give it a context: that of its span, for the spans of whatever
   * sends the request. It must call `task` once, at once, and give back what it gives.
   */
  within?<T>(task: () => T): T;
  /** An attempt failed and another one follows. */
  retry?(attempt: RetryNote): void;
  /** Of a stream: its first piece is handed over. */
  firstChunk?(): void;
  /** The call is over. Comes last, and once. */
  end(call: CallEnd): void | Promise<void>;
}

/** An attempt that failed. */
export interface RetryNote {
  /** From 1. */
  readonly attempt: number;
  /** Until the next one, in ms. */
  readonly delayMs: number;
  readonly code: string | undefined;
}

/** What is known when a call begins. */
export interface CallStart {
  readonly operation: 'chat' | 'models' | 'payload';
  /** Such as `nomyo/1`. */
  readonly protocol: string;
  readonly payloadId: string;
  /** `undefined` when the request has none, or is refused for it. */
  readonly model: string | undefined;
  readonly securityTier: SecurityTier | undefined;
  readonly stream: boolean;
  /** Host and port of the router, without credentials or path. */
  readonly server: { readonly address: string; readonly port: number };
  /** Numbers of the request that say nothing of its content. */
  readonly parameters: CallParameters;
}

/** Settings of a request, where they are numbers. */
export interface CallParameters {
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly seed?: number | undefined;
  readonly choices?: number | undefined;
}

/** A request that may be sealed. */
export interface AdmittedRequest {
  /** Bytes of JSON, padding included. */
  readonly plaintextBytes: number;
  /** The bearer token under a keyed hash of the observer's: it tells keys apart and gives none away. */
  macOfApiKey(mac: (apiKey: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array | undefined>;
}

/** What is known when a call is over. */
export interface CallEnd {
  readonly outcome: 'ok' | 'failed' | 'aborted';
  /** From `create()` to the end, in ms. */
  readonly durationMs: number;
  /** From `create()` to the first piece of a stream, in ms. */
  readonly firstChunkMs: number | undefined;
  /** Requests that were begun. */
  readonly attempts: number;
  /** Bytes of ciphertext, of the last attempt. 0: none was sent, or came. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly appliedTier: SecurityTier | undefined;
  readonly keys: CallKeys;
  readonly memoryLocked: boolean | undefined;
  /** SHA-256 of both ciphertexts of the last attempt, in hexadecimal, where `hashesCiphertexts` asked for them. */
  readonly ciphertexts: { readonly request?: string | undefined; readonly response?: string | undefined };
  readonly answer: AnswerSummary | undefined;
  readonly failure: CallFailure | undefined;
}

/** What the answer says of itself, without its text. */
export interface AnswerSummary {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** Why a call failed: never the words of a message. */
export interface CallFailure {
  /** Name of the class, such as `RateLimitError`. */
  readonly name: string;
  /** As `NomyoError.code`; `undefined` for a foreign error. */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly possiblyExecuted: boolean;
}

/** A client that can be watched: both of this package are. */
export interface Observable {
  /** @returns ends it; calls under way are told to their end */
  observe(observer: CallObserver): () => void;
}

/** Whether something is a client of this package, of whichever copy of it. */
export function isObservable(value: unknown): value is Observable {
  return hasMethods(value, 'observe');
}

/** The option `audit`, and whatever else watches. */
export const anObserver: Check<CallObserver> = (name, value) => {
  if (isObserver(value)) return value;
  throw new InvalidArgumentError(name, 'must be an observer of calls: an object with a function begin');
};

function isObserver(value: unknown): value is CallObserver {
  return hasMethods(value, 'begin');
}
