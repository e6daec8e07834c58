/** One call from its beginning to its one end: what it holds until then, and who is told. */
import type { SecureByteContext } from '@nomyo/crypto';
import type { CallMemory } from './call-memory.js';
import type { CallSignal, ScopedCall } from './call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import type { Emit } from './events.js';
import type { CallCounts, Observation } from './observe/observation.js';
import type { AnswerSummary } from './observe/observer.js';
import { failureOf } from './observe/observers.js';
import type { CallKeys, CallRecord, Exchange } from './protocol.js';

/** What an {@link OpenCall} tells of itself. */
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
  /** Requests that were begun. */
  attempts = 0;
  /** Bytes of ciphertext, of the last attempt. */
  requestBytes = 0;
  responseBytes = 0;
  /** What no error of this call may show. */
  secrets: readonly string[] = [];
  /** What is held until the call is over. */
  body: SecureByteContext | undefined;
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

  /** Since the call began, in ms. */
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

  /** From now on the call ends with `scoped`. */
  enter(scoped: ScopedCall): CallSignal {
    this.#scoped = scoped;
    return scoped.signal;
  }

  /** What ends the call from without; `undefined` before {@link enter}. */
  get scoped(): ScopedCall | undefined {
    return this.#scoped;
  }

  /** Runs when the call is over, or {@link release}d; the last one first. */
  later(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Of a stream: its first piece is handed over. */
  firstChunk(): void {
    this.observation?.firstChunk(this.durationMs);
  }

  /** Gives back what the wire needed. Idempotent. */
  release(): void {
    for (const cleanup of this.#cleanups.splice(0).reverse()) cleanup();
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.end();
    this.body?.dispose();
    this.#scoped?.leave();
  }

  /** @param summary asked for only when there are observers */
  end(summary: () => AnswerSummary | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.release();
    this.observation?.end(this.#counts(), { answer: summary() });
  }

  /** Tells of a failure, or of an abort by the caller. */
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
