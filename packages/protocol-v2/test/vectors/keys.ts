/** The gateway's keys of a vector file. */
import { SecureByteContext } from '@nomyo/crypto';
import { isSuite } from '../../src/facts.js';
import { importKemKey, type KemKey } from '../../src/configuration/kem-key.js';
import { VectorError, type Case } from './file.js';

/** Every key of `kem_keys`, by id. */
export async function keysOf(file: Case): Promise<ReadonlyMap<string, KemKey>> {
  const keys = new Map<string, KemKey>();
  for (const vector of file.list('kem_keys')) {
    const suite = vector.number('suite');
    if (!isSuite(suite)) throw new VectorError('"suite" must be 1 or 2');
    const life = { activeFrom: vector.number('active_from'), activeUntil: vector.number('active_until') };
    const key = await importKemKey(new SecureByteContext(vector.hex('private')), { suite, ...life });
    if (key.keyId !== vector.text('key_id')) throw new VectorError(`key ${vector.text('key_id')} has another id`);
    keys.set(key.keyId, key);
  }
  return keys;
}
