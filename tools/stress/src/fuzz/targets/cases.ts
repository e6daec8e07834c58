/** The cases for OAEP and GCM, in any order, with new keys and new random parts in every run. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { openEnvelope, RsaPrivateKey } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { writeEnvelope } from '../../oracle/envelope.js';
import { sealGcm } from '../../oracle/gcm.js';
import { gcmCases } from '../../oracle/gcm-cases.js';
import { oaepCases } from '../../oracle/oaep-cases.js';
import { encodeOaep, numbersOf, rawEncrypt } from '../../oracle/oaep.js';
import { expect, judge, type Target } from '../target.js';

/** One envelope and the verdict on it. */
interface MadeCase {
  readonly name: string;
  readonly envelope: Buffer;
  readonly plaintext: Uint8Array;
  readonly verdict: string;
}

interface EnvelopeCase extends MadeCase {
  readonly keys: RsaPrivateKey;
}

/** No multiple of 8 but the first: such moduli leave spare bits in the first byte of a block. */
const KEY_BITS = [2048, 2049, 2055];

export const casesTarget: Target = {
  name: 'OAEP and GCM cases',
  weight: 4,
  runtimes: ['node', 'browser'],
  prepare: async (random) => {
    const cases: EnvelopeCase[] = [];
    for (const modulusLength of KEY_BITS) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
      const keys = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
      const publicKey = createPublicKey(privateKey);
      const made = [
        ...ofOaep(publicKey, random),
        ...(modulusLength === KEY_BITS[0] ? ofGcm(publicKey, random) : []),
      ];
      cases.push(...made.map((one) => ({ ...one, keys })));
    }
    return { attempt: async (choice) => tryCase(choice.pick(cases)) };
  },
};

async function tryCase({ name, envelope, keys, plaintext, verdict }: EnvelopeCase): Promise<string> {
  const result = await judge(() => openEnvelope(envelope, keys), ['INVALID_ENVELOPE', 'DECRYPTION_FAILED']);
  const outcome = 'code' in result ? result.code : 'opens';
  expect(outcome === verdict, `${name}: ${verdict}, but it is ${outcome}`);
  if ('value' in result) {
    const opened = result.value.plaintext.use((bytes) => Buffer.from(bytes));
    expect(opened.equals(plaintext), `${name}: what was sealed`);
  }
  return outcome;
}

function ofOaep(publicKey: KeyObject, random: Random): MadeCase[] {
  const [key, nonce, plaintext] = [random.bytes(32), random.bytes(12), random.bytes(random.below(100))];
  const sealed = sealGcm({ key, nonce, plaintext });
  return oaepCases(publicKey, key, (length) => random.bytes(length)).map(({ name, wrappedKey, verdict }) => ({
    name,
    envelope: writeEnvelope({ ...sealed, nonce, wrappedKey }),
    plaintext,
    verdict,
  }));
}

function ofGcm(publicKey: KeyObject, random: Random): MadeCase[] {
  const numbers = numbersOf(publicKey);
  return gcmCases((length) => random.bytes(length)).map(({ name, key, plaintext, verdict, ...sealed }) => {
    const wrappedKey = rawEncrypt(encodeOaep({ message: key, seed: random.bytes(32) }, numbers.k), numbers);
    return { name, envelope: writeEnvelope({ ...sealed, wrappedKey }), plaintext, verdict };
  });
}
