import { describe, expect, it } from '@jest/globals';
import { keySelfTest } from '../../src/rsa/key-self-test.js';
import type { KeySource } from '../../src/rsa/key-source.js';
import { bytesIn } from '../support/bytes.js';
import { smallKey } from '../support/keys.js';

async function keysWith(unwrap: KeySource['unwrap']): Promise<KeySource> {
  const { publicKey } = await smallKey();
  return { publicKey, unwrap };
}

describe('keySelfTest', () => {
  it('passes a key that opens, whether it gives a context or bytes', async () => {
    const key = await smallKey();
    expect(await keySelfTest(key)).toBe(true);
    const asBytes = await keysWith(async (wrapped) => bytesIn(await key.unwrap(wrapped)));
    expect(await keySelfTest(asBytes)).toBe(true);
  });

  it.each<[string, KeySource['unwrap']]>([
    ['fails', async () => Promise.reject(new Error('broken'))],
    ['gives other bytes', async () => Promise.resolve(new Uint8Array(32))],
    ['gives fewer bytes', async () => Promise.resolve(new Uint8Array(0))],
    ['gives nothing', async () => Promise.resolve(undefined as unknown as Uint8Array)],
  ])('fails a key that %s', async (_, unwrap) => {
    expect(await keySelfTest(await keysWith(unwrap))).toBe(false);
  });
});
