/** Private keys in DER: any that is accepted is still the original key, whatever was done to the bytes. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { RsaPrivateKey } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { mutate, splice } from '../mutate.js';
import { expect, judge, type Attack, type Target } from '../target.js';

export const privateKeyTarget: Target = {
  name: 'private key',
  weight: 4,
  runtimes: ['node', 'browser'],
  prepare: () => {
    const keys = [2048, 2048, 2050].map((modulusLength) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
      const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
      const fingerprint = `sha256/${createHash('sha256').update(spki).digest('base64')}`;
      return { der: privateKey.export({ type: 'pkcs8', format: 'der' }), fingerprint };
    });
    return Promise.resolve(new PrivateKeyAttack(keys));
  },
};

class PrivateKeyAttack implements Attack {
  readonly #keys: readonly { readonly der: Buffer; readonly fingerprint: string }[];

  constructor(keys: readonly { readonly der: Buffer; readonly fingerprint: string }[]) {
    this.#keys = keys;
  }

  async attempt(random: Random): Promise<string> {
    const [a, b] = [random.pick(this.#keys), random.pick(this.#keys)];
    const der = random.oneIn(8) ? splice(a.der, b.der, random) : mutate(a.der, random);
    const result = await judge(() => RsaPrivateKey.fromPkcs8(der), ['INVALID_KEY']);
    if ('code' in result) return result.code;
    const { fingerprint } = result.value.publicKey;
    result.value.dispose();
    const isKnown = [a, b].some((key) => key.fingerprint === fingerprint);
    expect(isKnown, 'a private key that was changed and is taken has kept its public key');
    return 'taken unchanged';
  }
}
