import { describe, expect, it } from '@jest/globals';
import { DisposedError } from '@nomyo/base';
import { KeyPair } from '../src/key-pair.js';
import { newKey } from './support/keys.js';

const newPair = async (): Promise<{ pair: KeyPair; works: () => Promise<boolean> }> => {
  const keys = await newKey();
  const wrapped = await keys.publicKey.wrap(new Uint8Array(new ArrayBuffer(32)));
  const works = (): Promise<boolean> =>
    keys.unwrap(wrapped).then(
      () => true,
      () => false,
    );
  return { pair: new KeyPair({ keys, createdAt: 0 }, { wall: 0, monotonic: 0 }), works };
};

describe('a pair', () => {
  it('is disposed of at once when it is not in use', async () => {
    const { pair, works } = await newPair();
    expect(await works()).toBe(true);
    pair.retire();
    expect(await works()).toBe(false);
  });

  it('works until the last lease ends', async () => {
    const { pair, works } = await newPair();
    const [first, second] = [pair.lease(), pair.lease()];
    pair.retire();
    first.release();
    expect(await works()).toBe(true);
    second.release();
    expect(await works()).toBe(false);
  });

  it('counts a lease released twice only once', async () => {
    const { pair, works } = await newPair();
    const [first, second] = [pair.lease(), pair.lease()];
    first.release();
    first.release();
    first[Symbol.dispose]();
    pair.retire();
    expect(await works()).toBe(true);
    second[Symbol.dispose]();
    expect(await works()).toBe(false);
  });

  it('grants no lease after the end', async () => {
    const { pair } = await newPair();
    pair.lease().release();
    pair.retire();
    expect(() => pair.lease()).toThrow(DisposedError);
  });
});
