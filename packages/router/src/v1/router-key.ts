import {
  decodePem,
  generatePkcs8,
  PEM_LABEL,
  pkcs8FromPkcs1,
  RsaPrivateKey,
  SecurityError,
  type KeySize,
} from '@nomyo/crypto';

/** Old pairs that are kept, for a test to open what was sealed to them. */
const MAX_RETIRED = 16;

/** The router's key pair of the moment, and the last ones before it. */
export class RouterKey {
  readonly #keySize: KeySize;
  readonly #retired: RsaPrivateKey[] = [];
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

  /** The pair of the moment first, then those before it. The router answers for the first alone. */
  get all(): readonly RsaPrivateKey[] {
    return [this.#current, ...this.#retired];
  }

  /** A new pair from now on. What is being opened with the old one ends well. */
  async rotate(): Promise<void> {
    const next = await generate(this.#keySize);
    this.#retired.unshift(this.#current);
    this.#current = next;
    for (const key of this.#retired.splice(MAX_RETIRED)) key.dispose();
  }

  dispose(): void {
    for (const key of this.all) key.dispose();
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
