/** One call from its beginning to its end, with everything it holds until then. */
import type { SecureByteContext } from '@nomyo/crypto';
import type { CallMemory } from './call-memory.js';
import type { CallSignal, ScopedCall } from './call-scope.js';
import type { SecurityTier } from '../chat/request-types.js';
import type { Emit } from '../events.js';
import type { CallCounts, Observation } from '../observe/observation.js';
import type { AnswerSummary } from '../observe/observer.js';
import { failureOf } from '../observe/observers.js';
import type { CallKeys, CallRecord, Exchange } from '../protocol.js';

/** The part of a call's input that its events need. */
interface CallNames {
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly signal: { readonly aborted: boolean } | undefined;
}

/** A call under way. Its opener calls {@link end} or {@link fail}, once; later calls of either do nothing. */
export class OpenCall implements CallRecord {
  readonly payloadId: string;
  readonly memory: CallMemory;
  /** `undefined` when there are no observers. */
  readonly observation: Observation | undefined;
  /** Number of attempts begun. */
  attempts = 0;
  /** Bytes of ciphertext sent in the last attempt. */
  requestBytes = 0;
  /** Bytes of ciphertext received in the last attempt. */
  responseBytes = 0;
  /** Secrets that no error of this call may show. */
  secrets: readonly string[] = [];
  /** Held until the call is over. */
  body: SecureByteContext | undefined;
  /** Held until the call is over. */
  exchange: Exchange | undefined;
  readonly #started: number = performance.now();
  readonly #names: CallNames;
  readonly #emit: Emit;
  #scoped: ScopedCall | undefined;
  readonly #cleanups: (() => void)[] = [];
  #isOver = false;

  constructor(names: CallNames, memory: CallMemory, observation: Observation | undefined, emit: Emit) {
    this.payloadId = names.payloadId;
    this.#names = names;
    this.memory = memory;
    this.observation = observation;
    this.#emit = emit;
  }

  /** Time since the call began, in ms. */
  get durationMs(): number {
    return performance.now() - this.#started;
  }

  sent(ciphertext: Uint8Array, keys: CallKeys): void {
    this.requestBytes = ciphertext.byteLength;
    this.responseBytes = 0;
    this.observation?.sent(ciphertext, keys);
  }

  received(ciphertext: Uint8Array): void {
    this.responseBytes += ciphertext.byteLength;
    this.observation?.received(ciphertext);
  }

  /** From now on, the end of the call also ends `scoped`. */
  enter(scoped: ScopedCall): CallSignal {
    this.#scoped = scoped;
    return scoped.signal;
  }

  /** The call's entry in the client's scope; `undefined` before {@link enter}. */
  get scoped(): ScopedCall | undefined {
    return this.#scoped;
  }

  /** Adds a cleanup that runs when the call is over or {@link release}d; the last one first. */
  later(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Called when the first chunk of a stream is handed over. */
  firstChunk(): void {
    this.observation?.firstChunk(this.durationMs);
  }

  /** Releases everything that was needed for sending and receiving. Idempotent. */
  release(): void {
    for (const cleanup of this.#cleanups.splice(0).reverse()) cleanup();
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.end();
    this.body?.dispose();
    this.#scoped?.leave();
  }

  /** Ends the call. @param summary called only when there are observers */
  end(summary: () => AnswerSummary | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.release();
    this.observation?.end(this.#counts(), { answer: summary() });
  }

  /** Ends the call with a failure, or an abort by the caller. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { payloadId, securityTier, signal } = this.#names;
    const isAborted = this.#scoped?.signal.aborted === true || signal?.aborted === true;
    this.release();
    const { code, status, possiblyExecuted } = failureOf(error);
    const counts = this.#counts();
    const { attempts, durationMs } = counts;
    const names = { payloadId, securityTier };
    const why = { code: isAborted ? 'ABORTED' : code, status, possiblyExecuted };
    this.#emit({ message: 'nomyo:request-failed', ...names, ...why, attempts, durationMs });
    this.observation?.end(counts, { error, isAborted });
  }

  #counts(): CallCounts {
    const { durationMs, attempts, requestBytes, responseBytes } = this;
    return { durationMs, attempts, requestBytes, responseBytes };
  }
}
