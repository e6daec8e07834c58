/** Collects what observers are told about a call: keys, hashes, and its end. */
import { environment } from '#env';
import type { Hash } from '../environment/environment.js';
import type { AnswerFacts, CallKeys, CallRecord } from '../protocol.js';
import type { AnswerSummary, CallEnd } from './observer.js';
import { failureOf, type Recorders } from './observers.js';

/** The end of a call. */
export type Ending =
  { readonly answer: AnswerSummary | undefined } | { readonly error: unknown; readonly isAborted: boolean };

/** The counts of every call. */
export type CallCounts = Pick<CallEnd, 'durationMs' | 'attempts' | 'requestBytes' | 'responseBytes'>;

/** The record of one call, and its recorders. */
export class Observation implements CallRecord {
  readonly recorders: Recorders;
  readonly #isHashed: boolean;
  #firstChunkMs: number | undefined;
  /** Hash of the request, which exists as a whole; the answer can arrive in pieces. */
  #request: string | Promise<string> | undefined;
  #response: Hash | undefined;
  #keys: CallKeys = {};
  #facts: AnswerFacts | undefined;
  #memoryLocked: boolean | undefined;

  /** @param isHashed whether an observer wants the hashes of ciphertexts */
  constructor(recorders: Recorders, isHashed: boolean) {
    this.recorders = recorders;
    this.#isHashed = isHashed;
  }

  sent(ciphertext: Uint8Array, keys: CallKeys): void {
    this.#keys = keys;
    if (!this.#isHashed) return;
    this.#request = environment.sha256(ciphertext);
    this.#response = undefined;
  }

  received(ciphertext: Uint8Array): void {
    if (!this.#isHashed) return;
    this.#response ??= environment.createSha256();
    this.#response.update(ciphertext);
  }

  answered(facts: AnswerFacts, memoryLocked: boolean): void {
    this.#facts = facts;
    this.#memoryLocked = memoryLocked;
  }

  /** @param durationMs time since the call began */
  firstChunk(durationMs: number): void {
    if (this.#firstChunkMs !== undefined) return;
    this.#firstChunkMs = durationMs;
    this.recorders.firstChunk();
  }

  /** Called once. */
  end(counts: CallCounts, ending: Ending): void {
    const tell = (ciphertexts: CallEnd['ciphertexts']): void =>
      this.recorders.end(this.#summary(counts, ending, ciphertexts));
    if (this.#isHashed) void this.#digests().then(tell);
    else tell({});
  }

  #summary(counts: CallCounts, ending: Ending, ciphertexts: CallEnd['ciphertexts']): CallEnd {
    const hasFailed = 'error' in ending;
    return {
      outcome: hasFailed ? (ending.isAborted ? 'aborted' : 'failed') : 'ok',
      ...counts,
      firstChunkMs: this.#firstChunkMs,
      appliedTier: this.#facts?.appliedTier,
      keys: this.#keys,
      memoryLocked: this.#memoryLocked,
      ciphertexts,
      answer: hasFailed ? undefined : ending.answer,
      failure: hasFailed ? failureOf(ending.error) : undefined,
    };
  }

  /** Hashes in hexadecimal; `undefined` for a message that was never sent or received. */
  async #digests(): Promise<CallEnd['ciphertexts']> {
    const [request, response] = await Promise.all([this.#request, this.#response?.digest()]);
    return { request, response };
  }
}
