/** A private key that AWS KMS made and never gives away: KMS does the one private-key operation of every answer. */
import {
  DecryptCommand,
  GetPublicKeyCommand,
  InvalidCiphertextException,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { RsaPublicKey, SecurityError, type KeySource } from '@nomyo/crypto';

/** The unwrap of protocol version 1, as KMS calls it: RSA-OAEP with SHA-256 for hash and MGF1, empty label. */
const ALGORITHM = 'RSAES_OAEP_SHA_256';

/**
 * An asymmetric KMS key with the usage ENCRYPT_DECRYPT and the spec RSA_4096 (RSA_3072 and RSA_2048 work too). The
 * caller's identity needs `kms:GetPublicKey` and `kms:Decrypt` on it, and nothing else.
 */
export class KmsKeySource implements KeySource {
  readonly publicKey: RsaPublicKey;
  readonly #client: KMSClient;
  readonly #keyId: string;

  private constructor(client: KMSClient, keyId: string, publicKey: RsaPublicKey) {
    this.publicKey = publicKey;
    this.#client = client;
    this.#keyId = keyId;
  }

  /**
   * Fetches the public key: one request.
   *
   * @param client stays the caller's to destroy
   * @param keyId id, ARN or alias. An alias can be moved to another key: then answers on their way do not open.
   * @throws {SecurityError} `INVALID_KEY` when the key is none that can unwrap
   * @throws the errors of the AWS SDK as they are, such as `NotFoundException` and `AccessDeniedException`
   */
  static async open(client: KMSClient, keyId: string, signal?: AbortSignal): Promise<KmsKeySource> {
    const answer = await heedingAbort(signal, (options) =>
      client.send(new GetPublicKeyCommand({ KeyId: keyId }), options),
    );
    if (answer.PublicKey === undefined || answer.EncryptionAlgorithms?.includes(ALGORITHM) !== true) {
      throw new SecurityError('INVALID_KEY', `the KMS key is not made for ${ALGORITHM}`);
    }
    return new KmsKeySource(client, keyId, await RsaPublicKey.fromSpki(answer.PublicKey));
  }

  /** See `KeySource.unwrap`. The AES key of the answer travels from KMS to this process inside TLS. */
  async unwrap(wrapped: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    try {
      const { Plaintext } = await heedingAbort(signal, (options) =>
        this.#client.send(this.#command(wrapped), options),
      );
      if (Plaintext === undefined) throw cannotOpen();
      return Plaintext;
    } catch (error) {
      // Everything else (no permission, throttling, a disabled key) is no verdict on the envelope.
      throw error instanceof InvalidCiphertextException ? cannotOpen() : error;
    }
  }

  #command(wrapped: Uint8Array): DecryptCommand {
    return new DecryptCommand({
      KeyId: this.#keyId,
      CiphertextBlob: wrapped,
      EncryptionAlgorithm: ALGORITHM,
    });
  }
}

function cannotOpen(): SecurityError {
  return new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
}

/** An aborted call ends with the signal's own reason; the AWS SDK has an error of its own for it. */
async function heedingAbort<T>(
  signal: AbortSignal | undefined,
  call: (options: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await call(signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
