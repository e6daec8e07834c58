import { RsaPublicKey } from '@nomyo/crypto';
import { Refusal } from './reply.js';

/** Keys that are remembered: importing one costs more than using it. */
const CAPACITY = 256;

/** The public keys of clients, as X-Public-Key brings them. */
export class ClientKeys {
  readonly #known = new Map<string, RsaPublicKey>();

  /** @throws {Refusal} 400 when it is no acceptable RSA public key */
  async get(pem: string): Promise<RsaPublicKey> {
    const known = this.#known.get(pem);
    if (known !== undefined) return known;
    const key = await read(pem);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= CAPACITY && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(pem, key);
    return key;
  }
}

async function read(pem: string): Promise<RsaPublicKey> {
  try {
    return await RsaPublicKey.fromPem(pem);
  } catch {
    throw new Refusal(400, 'X-Public-Key is no RSA public key of 2048 bits or more in SPKI PEM');
  }
}
