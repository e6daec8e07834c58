/** Envelopes: opened to exactly what was sealed, or refused. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { openEnvelope, RsaPrivateKey, sealEnvelope } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { mutateJson } from '../json-mutate.js';
import { mutate, splice } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

interface Sealed {
  readonly plaintext: Buffer;
  readonly envelope: Buffer;
}

/** Around the length from which the ciphertext is taken out of the JSON before it is parsed. */
const PLAINTEXT_BYTES = [0, 1, 31, 300, 3000, 3071, 3072, 3100, 20_000, 200_000];

/** Longest envelope that mutations copy often, in bytes. */
const LONG = 50_000;

export const envelopeTarget: Target = {
  name: 'envelope',
  weight: 30,
  runtimes: ['node', 'browser'],
  prepare: async (random) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(createPublicKey(privateKey).asymmetricKeyType === 'rsa', 'an RSA key');
    const keys = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
    const sealed: Sealed[] = [];
    for (const length of PLAINTEXT_BYTES) {
      const plaintext = random.bytes(length);
      const envelope = Buffer.from(
        await sealEnvelope(plaintext, keys.publicKey, { processedAt: 1_700_000_000 }),
      );
      sealed.push({ plaintext, envelope });
    }
    return new EnvelopeAttack(keys, sealed);
  },
};

class EnvelopeAttack implements Attack {
  readonly #keys: RsaPrivateKey;
  readonly #sealed: readonly Sealed[];

  constructor(keys: RsaPrivateKey, sealed: readonly Sealed[]) {
    this.#keys = keys;
    this.#sealed = sealed;
  }

  async attempt(random: Random): Promise<string> {
    const { plaintext, envelope } = this.#choose(random);
    const { bytes, equivalent } = this.#change(envelope, random);
    const result = await judge(
      () => openEnvelope(bytes, this.#keys),
      ['INVALID_ENVELOPE', 'DECRYPTION_FAILED'],
    );
    if ('code' in result) {
      expect(!equivalent, `an envelope in another spelling opens, but: ${result.code}`);
      return result.code;
    }
    const opened = result.value.plaintext.use((inside) => Buffer.from(inside));
    // Most of two envelopes put together can be the whole of the second.
    const isKnown = this.#sealed.some((known) => known.plaintext.equals(opened));
    expect(isKnown && (!equivalent || opened.equals(plaintext)), 'what opens is what was sealed');
    return 'opened unchanged';
  }

  #choose(random: Random): Sealed {
    const chosen = random.pick(this.#sealed);
    // Long ones are slow to mutate and rarely more telling.
    return chosen.envelope.byteLength > LONG && !random.oneIn(10)
      ? random.pick(this.#sealed.slice(0, 4))
      : chosen;
  }

  #change(envelope: Buffer, random: Random): { bytes: Buffer; equivalent: boolean } {
    if (random.oneIn(2)) {
      const { text, equivalent } = mutateJson(envelope.toString('utf8'), random);
      return { bytes: Buffer.from(text, 'utf8'), equivalent };
    }
    const other = random.pick(this.#sealed).envelope;
    return {
      bytes: random.oneIn(8) ? splice(envelope, other, random) : mutate(envelope, random),
      equivalent: false,
    };
  }
}
