/** An imported private key of one engine. */
import type { Bytes } from '../bytes.js';

/** Decrypts with RSA-OAEP-SHA256, off the main thread. */
export interface Unwrapper {
  /** Rejects, for whatever reason, when the block does not decrypt. The caller wipes what it gets. */
  unwrap(block: Bytes, signal?: AbortSignal): Promise<Bytes>;
  /** Forgets the key; operations under way end well. */
  dispose(): void;
}

/** Where private keys of an engine come from. */
export interface RsaEngine {
  /** @throws when the numbers of the key do not belong together, or the library refuses it */
  importUnwrapper(pkcs8: Uint8Array): Promise<Unwrapper>;
  /** A new key with exponent 65537, as PKCS#8 DER; the caller wipes it by `release`. */
  generate(modulusBits: number): Promise<{ readonly der: Uint8Array; release(): void }>;
}
