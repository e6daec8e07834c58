/** Runtimes that are neither Node nor a browser, such as workers at the edge: no files, no environment. */
import { concatBytes, type Bytes } from '@nomyo/base';
import type { Environment, Hash } from './environment.js';

export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: null,
  variable: () => undefined,
  publish: () => undefined,
  createSha256: () => new CollectedSha256(),
  textResponse: (...of) => new Response(...of),
};

/** WebCrypto hashes only what is whole: ciphertext is kept until then. */
class CollectedSha256 implements Hash {
  readonly #pieces: Bytes[] = [];

  update(bytes: Uint8Array): void {
    this.#pieces.push(concatBytes(bytes));
  }

  async digest(): Promise<string> {
    const whole = concatBytes(...this.#pieces);
    const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', whole));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
