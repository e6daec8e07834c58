/**
 * The seam for telemetry: each call of a client is told exactly once, whichever way it came in. Nothing here can hold
 * content: there are names, times and counts.
 */
import type { SecurityTier } from '../chat/request-types.js';

/** Watches the calls of a client. */
export interface CallObserver {
  /**
   * A call begins. Runs synchronously inside of `create()`, before anything is sealed, so that the caller's context is
   * still there. What it throws is ignored.
   *
   * @returns what hears of the rest
   */
  begin(call: CallStart): CallRecorder;
}

/** Hears of one call. What its functions throw is ignored. */
export interface CallRecorder {
  /** An attempt failed and another one follows. */
  retry?(attempt: RetryNote): void;
  /** The call is over. Comes last, and once. */
  end(call: CallEnd): void;
}

/** An attempt that failed. */
export interface RetryNote {
  readonly attempt: number;
  readonly delayMs: number;
  readonly code: string | undefined;
}

/** What is known when a call begins. */
export interface CallStart {
  readonly payloadId: string;
  /** `undefined` when the request has none. */
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

/** What is known when a call is over. */
export interface CallEnd {
  readonly outcome: 'ok' | 'failed' | 'aborted';
  /** From `create()` to the end, in ms. */
  readonly durationMs: number;
  /** From `create()` to the first chunk of a stream, in ms. */
  readonly firstChunkMs: number | undefined;
  /** Attempts that were begun. */
  readonly attempts: number;
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
  /** As `NomyoError.code`; `undefined` for an error of somebody else's. */
  readonly code: string | undefined;
}

/** A client that can be watched: both of this package are. */
export interface Observable {
  /** @returns ends it; calls under way are told to their end */
  observe(observer: CallObserver): () => void;
}

/** Whether something is a client of this package, of whichever copy of it. */
export function isObservable(value: unknown): value is Observable {
  return (
    typeof value === 'object' && value !== null && 'observe' in value && typeof value.observe === 'function'
  );
}
