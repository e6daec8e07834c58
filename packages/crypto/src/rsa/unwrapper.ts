/** An imported private key of one engine. */
import type { AbortSignalLike, Bytes } from '@nomyo/base';

/** Decrypts with RSA-OAEP-SHA256, off the main thread. */
export interface Unwrapper {
  /** Rejects, for whatever reason, when the block does not decrypt. The caller wipes what it gets. */
  unwrap(block: Bytes, signal?: AbortSignalLike): Promise<Bytes>;
  /**
   * The check of the numbers, unless the import did it: takes some ms, and is best called while a first operation is
   * under way. Nothing but a probe is unwrapped before.
   *
   * @throws {SecurityError} `INVALID_KEY` when they do not belong together
   */
  check(): void;
  /** Forgets the key; operations under way end well. */
  dispose(): void;
}

/** Where private keys of an engine come from. */
export interface RsaEngine {
  /** @throws when the library refuses the key, or its numbers do not belong together: here or in `check` */
  importUnwrapper(pkcs8: Uint8Array): Promise<Unwrapper>;
  /** A new key with exponent 65537, as PKCS#8 DER; the caller wipes it by `release`. */
  generate(modulusBits: number): Promise<{ readonly der: Uint8Array; release(): void }>;
}
