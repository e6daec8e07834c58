/** Requests at a gateway: opened to exactly what was sealed, or refused with a class of SPEC 7.3. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';
import { generateKemKey, RequestOpener, sealRequest, type KemKey } from '@nomyo/protocol-v2';
import type { Random } from '../../common/random.js';
import { mutate, splice } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';
import { craft } from './frames.js';
import { inPieces } from './pieces.js';

const NOW = 1_800_000_000;

/** Larger than any body here, so that `TOO_LARGE` is no accident. */
const MAX_REQUEST = 32_768;

const REFUSALS = [
  'MALFORMED',
  'TRUNCATED',
  'UNOPENABLE',
  'KEY_UNKNOWN',
  'KEY_EXPIRED',
  'CLOCK',
  'TOO_LARGE',
] as const;

interface Recorded {
  readonly key: KemKey;
  readonly message: Buffer;
  readonly body: Buffer;
}

export const requestTarget: Target = {
  name: 'v2 request',
  weight: 30,
  runtimes: ['node', 'browser'],
  prepare: async (random) => {
    const life = { activeFrom: NOW - 60, activeUntil: NOW + 3_540 };
    const keys = [
      await generateKemKey({ suite: 1, ...life }),
      await generateKemKey({ suite: 2, ...life }),
      // Its life is over, but not yet its grace.
      await generateKemKey({ suite: 2, activeFrom: NOW - 3_000, activeUntil: NOW - 100 }),
    ];
    return new RequestAttack(keys, await record(keys, random));
  },
};

async function record(keys: readonly KemKey[], random: Random): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = [];
  for (const key of keys) {
    for (const length of [0, 40, 700, 9_000]) {
      const body = random.bytes(length);
      const head = { method: 'POST', path: '/v1/chat/completions', authorization: 'Bearer k' } as const;
      const { message, answer } = await sealRequest({ key, head, body, now: NOW, padding: length !== 40 });
      answer.dispose();
      recorded.push({ key, message: Buffer.from(message), body });
    }
  }
  return recorded;
}

class RequestAttack implements Attack {
  readonly #keys: ReadonlyMap<string, KemKey>;
  readonly #recorded: readonly Recorded[];

  constructor(keys: readonly KemKey[], recorded: readonly Recorded[]) {
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
    this.#recorded = recorded;
  }

  async attempt(random: Random): Promise<string> {
    return random.oneIn(3) ? this.#attemptCrafted(random) : this.#attemptMutated(random);
  }

  close(): Promise<void> {
    for (const key of this.#keys.values()) key.dispose();
    return Promise.resolve();
  }

  async #attemptMutated(random: Random): Promise<string> {
    const { message, body, key } = random.pick(this.#recorded);
    const changed = random.oneIn(8)
      ? splice(message, random.pick(this.#recorded).message, random)
      : mutate(message, random);
    const now = random.pick([NOW, NOW, NOW, NOW + 121, NOW - 4_000]);
    const found = await this.#open(changed, key.keyId, now, random);
    if (typeof found === 'string') return found;
    // Half of one message and the other half of another can be the whole of the other.
    const isSealed = this.#recorded.some(
      (known) => known.message.equals(changed) && known.body.equals(found),
    );
    expect(isSealed || (changed.equals(message) && found.equals(body)), 'what opens is what was sealed');
    return 'opened unchanged';
  }

  /** Sealed by an independent implementation, with frames that an attacker would send. */
  async #attemptCrafted(random: Random): Promise<string> {
    const [, key] = [...this.#keys.values()];
    if (key === undefined) throw new RangeError('there is no key of suite 2');
    const header = Buffer.alloc(44);
    header.write('NYQ2');
    header.set(Buffer.from(key.keyId, 'hex'), 4);
    header.writeBigUInt64BE(BigInt(NOW), 36);
    const info = Buffer.concat([Buffer.from('nomyo/v2 request\0'), header]);
    const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
    const publicKey = await suite.DeserializePublicKey(key.publicKey);
    const { encapsulatedSecret, ctx } = await suite.SetupSender(publicKey, { info });
    const seal = async (plaintext: Buffer, aad: Buffer): Promise<Buffer> =>
      Buffer.from(await ctx.Seal(plaintext, aad));
    const crafted = await craft(seal, Buffer.from('\u0001\0\u0004POST\u0002\0\u0002/v'), random, 'request');
    const message = Buffer.concat([header, encapsulatedSecret, crafted.bytes]);
    const found = await this.#open(message, key.keyId, NOW, random);
    const outcome = typeof found === 'string' ? found : 'ok';
    expect(crafted.allowed.includes(outcome), `${outcome}, where ${crafted.allowed.join(' or ')} was due`);
    if (typeof found !== 'string') expect(found.equals(crafted.body), 'what opens is what was sealed');
    return outcome === 'ok' ? 'opened' : outcome;
  }

  /** The body, or the code; the same however the bytes come. */
  async #open(message: Buffer, pathKeyId: string, now: number, random: Random): Promise<Buffer | string> {
    const feeds = random.oneIn(3) ? [inPieces(message, random), [message]] : [inPieces(message, random)];
    const found: (Buffer | string)[] = [];
    for (const pieces of feeds) {
      const result = await judge(() => this.#opened(pieces, pathKeyId, now), REFUSALS);
      found.push('code' in result ? result.code : result.value);
    }
    const [first = '', second = first] = found;
    expect(String(first) === String(second), `it depends on the pieces: ${String(first)}, ${String(second)}`);
    return first;
  }

  async #opened(pieces: readonly Uint8Array[], pathKeyId: string, now: number): Promise<Buffer> {
    const body: Buffer[] = [];
    const opener = new RequestOpener({
      ...{ pathKeyId, keys: { find: (id) => this.#keys.get(id) }, now: () => now, maxRequest: MAX_REQUEST },
      sink: (content) => void body.push(Buffer.from(content)),
    });
    for (const piece of pieces) await opener.push(piece);
    const opened = await opener.end();
    opened.dispose();
    return Buffer.concat(body);
  }
}
