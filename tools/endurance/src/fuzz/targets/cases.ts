/** The cases for OAEP and GCM, over and over, with new keys and new random parts. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { openEnvelope, RsaPrivateKey } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { writeEnvelope } from '../../oracle/envelope.js';
import { sealGcm } from '../../oracle/gcm.js';
import { gcmCases } from '../../oracle/gcm-cases.js';
import { oaepCases } from '../../oracle/oaep-cases.js';
import { encodeOaep, numbersOf, rawEncrypt } from '../../oracle/oaep.js';
import { expect, judge, type Attack, type Target } from '../target.js';

/** One envelope and the verdict on it. */
interface EnvelopeCase {
  readonly name: string;
  readonly envelope: Buffer;
  readonly plaintext: Uint8Array;
  readonly verdict: string;
}

/** No multiple of 8 but the first: such moduli leave spare bits in the first byte of a block. */
const KEY_BITS = [2048, 2049, 2055];

export const casesTarget: Target = {
  name: 'OAEP and GCM cases',
  weight: 5,
  runtimes: ['node', 'browser'],
  prepare: async () => {
    const keys: [KeyObject, RsaPrivateKey][] = [];
    for (const modulusLength of KEY_BITS) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
      const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
      keys.push([createPublicKey(privateKey), await RsaPrivateKey.fromPkcs8(pkcs8)]);
    }
    return new CasesAttack(keys);
  },
};

class CasesAttack implements Attack {
  readonly #keys: readonly [KeyObject, RsaPrivateKey][];
  #left: EnvelopeCase[] = [];
  #private: RsaPrivateKey | undefined;

  constructor(keys: readonly [KeyObject, RsaPrivateKey][]) {
    this.#keys = keys;
  }

  async attempt(random: Random): Promise<string> {
    if (this.#left.length === 0) this.#refill(random);
    const next = this.#left.pop();
    if (next === undefined || this.#private === undefined) return 'nothing left';
    const keys = this.#private;
    const result = await judge(() => openEnvelope(next.envelope, keys), ['INVALID_ENVELOPE', 'DECRYPTION_FAILED']);
    const verdict = 'code' in result ? result.code : 'opens';
    expect(verdict === next.verdict, `${next.name}: ${next.verdict}, but it is ${verdict}`);
    if ('value' in result) {
      const opened = result.value.plaintext.use((bytes) => Buffer.from(bytes));
      expect(opened.equals(next.plaintext), `${next.name}: what was sealed`);
    }
    return verdict;
  }

  #refill(random: Random): void {
    const [publicKey, privateKey] = random.pick(this.#keys);
    this.#private = privateKey;
    this.#left = random.oneIn(2) ? ofOaep(publicKey, random) : ofGcm(publicKey, random);
  }
}

function ofOaep(publicKey: KeyObject, random: Random): EnvelopeCase[] {
  const [key, nonce, plaintext] = [random.bytes(32), random.bytes(12), random.bytes(random.below(100))];
  const sealed = sealGcm({ key, nonce, plaintext });
  return oaepCases(publicKey, key, (length) => random.bytes(length)).map(({ name, wrappedKey, verdict }) => ({
    name,
    envelope: writeEnvelope({ ...sealed, nonce, wrappedKey }),
    plaintext,
    verdict,
  }));
}

function ofGcm(publicKey: KeyObject, random: Random): EnvelopeCase[] {
  const numbers = numbersOf(publicKey);
  return gcmCases((length) => random.bytes(length)).map(({ name, key, plaintext, verdict, ...sealed }) => {
    const wrappedKey = rawEncrypt(encodeOaep({ message: key, seed: random.bytes(32) }, numbers.k), numbers);
    return { name, envelope: writeEnvelope({ ...sealed, wrappedKey }), plaintext, verdict };
  });
}
