/** One call from its beginning to its one end: what it holds until then, and who is told. */
import type { AbortSignalLike } from '@nomyo/base';
import type { CallMemory } from './call-memory.js';
import type { CallSignal, ScopedCall } from './call-scope.js';
import type { SecurityTier } from './chat/request-types.js';
import type { Emit } from './events.js';
import type { Observation } from './observe/observation.js';
import type { AnswerSummary } from './observe/observer.js';
import { failureOf } from './observe/observers.js';

/** What an {@link OpenCall} tells of itself. */
interface CallNames {
  readonly payloadId: string;
  readonly securityTier: SecurityTier | undefined;
  readonly signal: { readonly aborted: boolean } | undefined;
}

/** A call under way. Whoever opened it calls {@link end} or {@link fail}, once; later calls of either do nothing. */
export class OpenCall {
  readonly payloadId: string;
  readonly memory: CallMemory;
  readonly observation: Observation;
  /** What no error of this call may show. */
  secrets: readonly string[] = [];
  readonly #names: CallNames;
  readonly #emit: Emit;
  #scoped: ScopedCall | undefined;
  readonly #cleanups: (() => void)[] = [];
  #isOver = false;

  constructor(names: CallNames, memory: CallMemory, observation: Observation, emit: Emit) {
    this.payloadId = names.payloadId;
    this.#names = names;
    this.memory = memory;
    this.observation = observation;
    this.#emit = emit;
  }

  /** From now on the call ends with `scoped`. */
  enter(scoped: ScopedCall): CallSignal {
    this.#scoped = scoped;
    this.later(() => scoped.leave());
    return scoped.signal;
  }

  /** Runs when the call is over, or {@link release}d; the last one first. */
  later(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** For an answer that comes in pieces: an abort ends the call even while nobody reads. */
  endOnAbort(): void {
    const signal: AbortSignalLike | undefined = this.#scoped?.signal;
    const abort = (): void => this.fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.later(() => signal?.removeEventListener('abort', abort));
  }

  /**
   * The whole answer is the caller's now, so the connection is given back. The call ends when the answer has been read,
   * or with its client.
   */
  handOver(summary: () => AnswerSummary | undefined): void {
    const takeBack = this.#scoped?.onDispose(() => this.end(summary));
    this.release();
    if (takeBack !== undefined) this.later(takeBack);
  }

  /** The reader went away: whatever is still on its way is cut off. */
  hangUp(summary: () => AnswerSummary | undefined): void {
    this.end(summary);
    this.#scoped?.signal.abort(new DOMException('The stream was left', 'AbortError'));
  }

  /** Of a stream: its first piece is handed over. */
  firstChunk(): void {
    this.observation.firstChunk();
  }

  /** Gives back what the wire needed. Idempotent. */
  release(): void {
    for (const cleanup of this.#cleanups.splice(0).reverse()) cleanup();
  }

  /** @param summary asked for only when somebody observes */
  end(summary: () => AnswerSummary | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.release();
    this.observation.end({ answer: this.observation.recorders.isEmpty ? undefined : summary() });
  }

  /** Tells of a failure, or of an abort by the caller. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { payloadId, securityTier, signal } = this.#names;
    const isAborted = this.#scoped?.signal.aborted === true || signal?.aborted === true;
    this.release();
    const { code, status, possiblyExecuted } = failureOf(error);
    const { attempts, durationMs } = this.observation;
    const names = { payloadId, securityTier };
    const why = { code: isAborted ? 'ABORTED' : code, status, possiblyExecuted };
    this.#emit({ message: 'nomyo:request-failed', ...names, ...why, attempts, durationMs });
    this.observation.end({ error, isAborted });
  }
}
