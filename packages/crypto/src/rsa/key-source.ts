import type { RsaPublicKey } from './public-key.js';

/**
 * A private key, wherever it is: in this process ({@link RsaPrivateKey}), in a key agent, in an HSM or a KMS.
 *
 * Protocol v1 needs one private-key operation, an RSA-OAEP-SHA256 decryption of one block (SPEC.md §5).
 */
export interface KeySource {
  /** The other half, which goes into every request. */
  readonly publicKey: RsaPublicKey;
  /**
   * Unwraps an AES key.
   *
   * @param wrapped one RSA block, as long as the modulus
   * @returns the bytes inside, 32 in a well-made envelope, in memory of their own: the caller wipes them
   * @throws {SecurityError} `DECRYPTION_FAILED` when it does not decrypt; anything else is passed on as it is
   */
  unwrap(wrapped: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}
