import type { SecureByteContext, SecureByteContextOptions } from '../memory/secure-byte-context.js';
import type { RsaPublicKey } from './public-key.js';

/**
 * A private key, wherever it is: in this process ({@link RsaPrivateKey}), in a key agent, in an HSM or a KMS.
 *
 * Protocol v1 needs one private-key operation, an RSA-OAEP-SHA256 decryption of one block (SPEC.md §5).
 */
export interface KeySource {
  /** The other half, which goes into every request. */
  readonly publicKey: RsaPublicKey;
  /** Of a key in this process: whether it is in locked memory. Keys that are elsewhere say nothing. */
  readonly locked?: boolean;
  /**
   * Unwraps an AES key.
   *
   * @param wrapped one RSA block, as long as the modulus
   * @param signal aborted when the outcome is no longer needed
   * @param memory for the key, where the source can choose
   * @returns the bytes inside, 32 in a well-made envelope: a context, or bytes in memory of their own. Whoever asked
   *   disposes of it, or wipes them.
   * @throws when it does not decrypt, or for any other reason: whoever asked sees one opaque failure
   */
  unwrap(
    wrapped: Uint8Array,
    signal?: AbortSignal,
    memory?: SecureByteContextOptions,
  ): Promise<SecureByteContext | Uint8Array>;
}
