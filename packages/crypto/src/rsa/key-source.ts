import type { SecureByteContext, SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaPublicKey } from './public-key.js';

/**
 * A private key, wherever it is held: in this process ({@link RsaPrivateKey}), in a key agent, in an HSM or a KMS.
 *
 * Protocol version 1 needs one private-key operation: RSA-OAEP-SHA256 decryption of one block (SPEC.md §5).
 */
export interface KeySource {
  /** The other half of the pair, which goes into every request. */
  readonly publicKey: RsaPublicKey;
  /** Whether a key in this process is in locked memory. Left out for a key held elsewhere. */
  readonly locked?: boolean;
  /**
   * Unwraps an AES key.
   *
   * @param wrapped one RSA block, as long as the modulus
   * @param signal aborted when the outcome is no longer needed
   * @param memory for the AES key, where the source can choose
   * @returns the AES key, 32 bytes in a well-formed envelope: a context, or bytes in memory of their own. The caller
   *   disposes of the context, or wipes the bytes.
   * @throws when the block does not decrypt, or for any other reason; `openEnvelope` turns every failure into the same
   *   opaque error, except `CONNECTION_TIMEOUT`, `DISPOSED` and `MEMORY_NOT_LOCKED`
   */
  unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignal,
    memory?: SecureByteContextOptions,
  ): Promise<SecureByteContext | Uint8Array>;
}
