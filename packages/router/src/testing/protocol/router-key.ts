import {
  decodePem,
  generatePkcs8,
  PEM_LABEL,
  pkcs8FromPkcs1,
  RsaPrivateKey,
  SecurityError,
  type KeySize,
} from '@nomyo/crypto';

/** The router's key pair of the moment. */
export class RouterKey {
  readonly #keySize: KeySize;
  #current: RsaPrivateKey;

  private constructor(keySize: KeySize, current: RsaPrivateKey) {
    this.#keySize = keySize;
    this.#current = current;
  }

  /**
   * @param pem `PRIVATE KEY` or `RSA PRIVATE KEY`; none: a pair is made
   * @param keySize of the pairs that are made, now and by {@link rotate}; in bits
   * @throws {SecurityError} `INVALID_KEY`
   */
  static async from(pem: string | Uint8Array | undefined, keySize: KeySize): Promise<RouterKey> {
    return new RouterKey(keySize, await (pem === undefined ? generate(keySize) : read(pem)));
  }

  get current(): RsaPrivateKey {
    return this.#current;
  }

  /** A new pair from now on. What is being opened with the old one ends well. */
  async rotate(): Promise<void> {
    const next = await generate(this.#keySize);
    this.#current.dispose();
    this.#current = next;
  }

  dispose(): void {
    this.#current.dispose();
  }
}

async function generate(keySize: KeySize): Promise<RsaPrivateKey> {
  const pkcs8 = await generatePkcs8(keySize);
  return pkcs8.use((der) => RsaPrivateKey.fromPkcs8(der));
}

async function read(pem: string | Uint8Array): Promise<RsaPrivateKey> {
  const { label, der } = decodePem(pem);
  const pkcs8 = label === PEM_LABEL.rsaPrivateKey ? pkcs8FromPkcs1(der) : der;
  try {
    if (label === PEM_LABEL.privateKey || label === PEM_LABEL.rsaPrivateKey) {
      return await RsaPrivateKey.fromPkcs8(pkcs8);
    }
    throw new SecurityError('INVALID_KEY', 'the PEM block is no unencrypted RSA private key');
  } finally {
    der.fill(0);
    pkcs8.fill(0);
  }
}
