/** Public keys as a router could send them: one that is accepted is strong, and the same key to OpenSSL. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { RsaPublicKey } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { mutate, splice } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

const MIN_BITS = 2048;

export const publicKeyTarget: Target = {
  name: 'public key',
  weight: 8,
  runtimes: ['node', 'browser'],
  prepare: () => {
    const rsa = [1024, 2048, 2049, 3072].map((modulusLength) =>
      generateKeyPairSync('rsa', { modulusLength }),
    );
    const others = [
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      generateKeyPairSync('ed25519'),
    ];
    return Promise.resolve(new PublicKeyAttack([...rsa, ...others].map(({ publicKey }) => publicKey)));
  },
};

class PublicKeyAttack implements Attack {
  readonly #ders: readonly Buffer[];

  constructor(keys: readonly KeyObject[]) {
    this.#ders = keys.map((key) => key.export({ type: 'spki', format: 'der' }));
  }

  async attempt(random: Random): Promise<string> {
    const der = random.pick(this.#ders);
    const pem = random.oneIn(2) ? mutate(pemOf(der), random) : pemOf(this.#changeDer(der, random));
    const result = await judge(() => RsaPublicKey.fromPem(pem), ['INVALID_KEY']);
    if ('code' in result) return result.code;
    checkTaken(result.value, pem);
    return 'taken';
  }

  #changeDer(der: Buffer, random: Random): Buffer {
    return random.oneIn(8) ? splice(der, random.pick(this.#ders), random) : mutate(der, random);
  }
}

function checkTaken(key: RsaPublicKey, pem: Buffer): void {
  expect(key.modulusLength >= MIN_BITS, `at least ${String(MIN_BITS)} bits`);
  let theirs: KeyObject | undefined;
  try {
    theirs = createPublicKey(key.pem);
  } catch {
    theirs = undefined;
  }
  const der = theirs?.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0);
  const fingerprint = `sha256/${createHash('sha256').update(der).digest('base64')}`;
  expect(
    fingerprint === key.fingerprint,
    `OpenSSL sees the same key in ${pem.toString('latin1').slice(0, 60)}…`,
  );
}

function pemOf(der: Buffer): Buffer {
  const lines = der.toString('base64').match(/.{1,64}/gu) ?? [];
  return Buffer.from(`-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`, 'latin1');
}
