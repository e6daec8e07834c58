/** What one call amounts to while it is under way: times, sizes, keys, hashes. */
import { environment } from '#env';
import type { Hash } from '../environment.js';
import type { AnswerFacts, CallKeys, CallRecord } from '../protocol.js';
import type { AnswerSummary, CallEnd } from './observer.js';
import { failureOf, type Observers, type Recorders } from './observers.js';

/** How a call ended. */
export type Ending =
  { readonly answer: AnswerSummary | undefined } | { readonly error: unknown; readonly isAborted: boolean };

/** The notes of one call, and those who are told. */
export class Observation implements CallRecord {
  readonly recorders: Recorders;
  readonly #started: number = performance.now();
  readonly #isHashed: boolean;
  #attempts = 0;
  #firstChunkMs: number | undefined;
  #request: Traffic | undefined;
  #response: Traffic | undefined;
  #keys: CallKeys = {};
  #facts: AnswerFacts | undefined;
  #memoryLocked: boolean | undefined;
  #isOver = false;

  constructor(recorders: Recorders, { hashCiphertexts }: Pick<Observers, 'hashCiphertexts'>) {
    this.recorders = recorders;
    this.#isHashed = hashCiphertexts;
  }

  /** Since the call began, in ms. */
  get durationMs(): number {
    return performance.now() - this.#started;
  }

  get attempts(): number {
    return this.#attempts;
  }

  get requestBytes(): number {
    return this.#request?.bytes ?? 0;
  }

  get responseBytes(): number {
    return this.#response?.bytes ?? 0;
  }

  /** @param number of the attempt, from 1 */
  attempt(number: number): void {
    this.#attempts = number;
  }

  sent(ciphertext: Uint8Array, keys: CallKeys): void {
    this.#keys = keys;
    this.#request = this.#traffic();
    this.#response = this.#traffic();
    this.#request.add(ciphertext);
  }

  received(ciphertext: Uint8Array): void {
    this.#response?.add(ciphertext);
  }

  answered(facts: AnswerFacts, memoryLocked: boolean): void {
    this.#facts = facts;
    this.#memoryLocked = memoryLocked;
  }

  firstChunk(): void {
    if (this.#firstChunkMs !== undefined) return;
    this.#firstChunkMs = this.durationMs;
    this.recorders.firstChunk();
  }

  /** Only the first ending counts. */
  end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.recorders.isEmpty) return;
    const { durationMs } = this;
    const tell = (ciphertexts: CallEnd['ciphertexts']): void =>
      this.recorders.end(this.#summary(ending, durationMs, ciphertexts));
    if (this.#isHashed) void this.#digests().then(tell);
    else tell({});
  }

  #summary(ending: Ending, durationMs: number, ciphertexts: CallEnd['ciphertexts']): CallEnd {
    const hasFailed = 'error' in ending;
    return {
      outcome: hasFailed ? (ending.isAborted ? 'aborted' : 'failed') : 'ok',
      durationMs,
      firstChunkMs: this.#firstChunkMs,
      attempts: this.#attempts,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      appliedTier: this.#facts?.appliedTier,
      keys: this.#keys,
      memoryLocked: this.#memoryLocked,
      ciphertexts,
      answer: hasFailed ? undefined : ending.answer,
      failure: hasFailed ? failureOf(ending.error) : undefined,
    };
  }

  async #digests(): Promise<CallEnd['ciphertexts']> {
    const [request, response] = await Promise.all([this.#request?.digest(), this.#response?.digest()]);
    return { request, response };
  }

  #traffic(): Traffic {
    return new Traffic(this.#isHashed ? environment.createSha256() : undefined);
  }
}

/** Ciphertext of one direction. */
class Traffic {
  bytes = 0;
  readonly #hash: Hash | undefined;

  constructor(hash: Hash | undefined) {
    this.#hash = hash;
  }

  add(ciphertext: Uint8Array): void {
    this.bytes += ciphertext.byteLength;
    this.#hash?.update(ciphertext);
  }

  /** In hexadecimal; `undefined` when nothing passed, or nobody asked. */
  async digest(): Promise<string | undefined> {
    return this.bytes === 0 ? undefined : this.#hash?.digest();
  }
}
