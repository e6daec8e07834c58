/** The environment of runtimes that are neither Node nor a browser, such as edge workers: no files, no variables. */
import { concatBytes, given, type Bytes } from '@nomyo/base';
import type { Environment, Hash } from './environment.js';

/** WebCrypto's hashes, and nothing from outside the program. */
export const environment: Environment = {
  isBrowser: false,
  defaultKeyDir: null,
  variable: () => undefined,
  proxyOf: (proxy) => given('proxy', proxy),
  publish: () => undefined,
  sha256,
  createSha256: () => new CollectedSha256(),
  jsonResponse: (content, init) =>
    new Response(typeof content === 'string' ? content : JSON.stringify(content), init),
};

/** Collects the pieces, because WebCrypto can only hash all bytes at once. */
class CollectedSha256 implements Hash {
  readonly #pieces: Bytes[] = [];

  update(bytes: Uint8Array): void {
    this.#pieces.push(concatBytes(bytes));
  }

  digest(): Promise<string> {
    return sha256(concatBytes(...this.#pieces));
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', concatBytes(bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
