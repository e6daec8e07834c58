/** Answers that are ready before they are asked for. Nothing in the protocol binds an answer to its request. */
import { RsaPublicKey, sealEnvelope } from '@nomyo/crypto';
import { answerJson } from '../payloads.js';

/** Sealed answers by recipient and size; plain ones by size. */
export class CannedAnswers {
  readonly #sealed = new Map<string, Promise<Uint8Array>>();
  readonly #plain = new Map<number, Uint8Array>();

  /**
   * @param header `X-Public-Key` as it was sent
   * @param bytes length of the text inside
   */
  sealed(header: string, bytes: number): Promise<Uint8Array> {
    const name = `${String(bytes)} ${header}`;
    const known = this.#sealed.get(name);
    if (known !== undefined) return known;
    const answer = seal(header, bytes);
    this.#sealed.set(name, answer);
    return answer;
  }

  /** The same answer for a client that does not encrypt. */
  plain(bytes: number): Uint8Array {
    const answer = this.#plain.get(bytes) ?? new TextEncoder().encode(answerJson(bytes));
    this.#plain.set(bytes, answer);
    return answer;
  }
}

async function seal(header: string, bytes: number): Promise<Uint8Array> {
  const recipient = await RsaPublicKey.fromPem(decodeURIComponent(header));
  return sealEnvelope(new TextEncoder().encode(answerJson(bytes)), recipient, { processedAt: 0 });
}
