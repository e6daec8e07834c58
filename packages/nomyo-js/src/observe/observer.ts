/**
 * The interface for telemetry and audit: each call of a client is reported exactly once, however it was made. Nothing
 * here can hold content: only names, sizes, times, counts and hashes.
 */
import { type Check, hasMethods, InvalidArgumentError } from '@nomyo/base';
import type { SecurityTier } from '../chat/request-types.js';
import type { CallKeys } from '../protocol.js';

/** Watches the calls of a client. */
export interface CallObserver {
  /** Whether to compute {@link CallEnd.ciphertexts}, which costs some 2 ms per MB. Default: `false`. */
  readonly hashesCiphertexts?: boolean;
  /**
   * Called when a call begins, synchronously inside `create()` and before anything is sealed, so that the caller's
   * context is still active. Its exceptions are ignored.
   *
   * @returns a recorder for the rest of the call, or `undefined` for none
   */
  begin(call: CallStart): CallRecorder | undefined;
}

/**
 * Hears of one call. What its functions throw, or what their promises reject with, is ignored, but for `admit` and
 * `within`.
 */
export interface CallRecorder {
  /**
   * Called after the policy and limits were checked, before anything is sealed or sent. If it throws or rejects, the
   * call is refused with that error. The client waits for its promise, until the call's signal is aborted.
   */
  admit?(request: AdmittedRequest): void | Promise<void>;
  /**
   * Runs the rest of the call, so that a recorder can give it a context, such as that of its span, to which spans of
   * the HTTP request then belong. It must call `task` once, synchronously, and return its result.
   */
  within?<T>(task: () => T): T;
  /** Called when an attempt has failed and another one follows. */
  retry?(attempt: RetryNote): void;
  /** Called when the first chunk of a stream is handed over. */
  firstChunk?(): void;
  /** Called once, when the call is over. */
  end(call: CallEnd): void | Promise<void>;
}

/** A failed attempt. */
export interface RetryNote {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Time until the next attempt, in ms. */
  readonly delayMs: number;
  /** Code of the error; `undefined` for an error of another library. */
  readonly code: string | undefined;
}

/** The facts at the beginning of a call. */
export interface CallStart {
  readonly operation: 'chat' | 'models' | 'payload';
  /** `nomyo/1` or `nomyo/2`. */
  readonly protocol: string;
  readonly payloadId: string;
  /** `undefined` if the request has no model, or not a string. */
  readonly model: string | undefined;
  readonly securityTier: SecurityTier | undefined;
  readonly stream: boolean;
  /** Host and port of the router, without credentials or path. */
  readonly server: { readonly address: string; readonly port: number };
  /** Numeric settings of the request, which reveal nothing about its content. */
  readonly parameters: CallParameters;
}

/** Numeric settings of a request. */
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

/** A request that is about to be sealed. */
export interface AdmittedRequest {
  /** Length of the JSON, including padding, in bytes. */
  readonly plaintextBytes: number;
  /** The API key under a keyed hash of the observer, which tells keys apart without revealing them. */
  macOfApiKey(mac: (apiKey: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array | undefined>;
}

/** The facts at the end of a call. */
export interface CallEnd {
  readonly outcome: 'ok' | 'failed' | 'aborted';
  /** Time from `create()` to the end, in ms. */
  readonly durationMs: number;
  /** Time from `create()` to the first chunk of a stream, in ms. */
  readonly firstChunkMs: number | undefined;
  /** Number of attempts begun. */
  readonly attempts: number;
  /** Bytes of ciphertext sent in the last attempt. */
  readonly requestBytes: number;
  /** Bytes of ciphertext received in the last attempt. */
  readonly responseBytes: number;
  /** The tier that was applied, as stated under the seal of the answer; `undefined` in version 1. */
  readonly appliedTier: SecurityTier | undefined;
  readonly keys: CallKeys;
  /** Whether all memory of the call was locked; `undefined` without an answer. */
  readonly memoryLocked: boolean | undefined;
  /** SHA-256 of both ciphertexts of the last attempt, in hexadecimal, if `hashesCiphertexts` is set. */
  readonly ciphertexts: { readonly request?: string | undefined; readonly response?: string | undefined };
  readonly answer: AnswerSummary | undefined;
  readonly failure: CallFailure | undefined;
}

/** Facts from the answer, without its text. */
export interface AnswerSummary {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** The reason why a call failed, without any message. */
export interface CallFailure {
  /** Name of the class, such as `RateLimitError`. */
  readonly name: string;
  /** `NomyoError.code`; `undefined` for an error of another library. */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly possiblyExecuted: boolean;
}

/** A client that can be observed, as both clients of this package can. */
export interface Observable {
  /** Adds an observer. @returns a function that removes it; calls under way are still reported to their end */
  observe(observer: CallObserver): () => void;
}

/** Reports whether a value is a client of any loaded copy of this package. */
export function isObservable(value: unknown): value is Observable {
  return hasMethods(value, 'observe');
}

/** An observer, such as the value of the option `audit`. */
export const anObserver: Check<CallObserver> = (name, value) => {
  if (isObserver(value)) return value;
  throw new InvalidArgumentError(name, 'must be a call observer: an object with a function begin');
};

function isObserver(value: unknown): value is CallObserver {
  return hasMethods(value, 'begin');
}
