import { describe, expect, it } from '@jest/globals';
import { roundTrips } from '../../src/rsa/prove.js';
import type { KeySource } from '../../src/rsa/key-source.js';
import { caught } from '../support/errors.js';
import { smallKey } from '../support/keys.js';

describe('roundTrips', () => {
  it('lets the caller work while the probe is unwrapped', async () => {
    const order: string[] = [];
    const key = await smallKey();
    const watched: KeySource = {
      publicKey: key.publicKey,
      unwrap: async (wrapped) => {
        order.push('asked');
        const bytes = await key.unwrap(wrapped);
        order.push('answered');
        return bytes;
      },
    };
    expect(await roundTrips(watched, () => order.push('worked'))).toBe(true);
    expect(order).toEqual(['asked', 'worked', 'answered']);
  });

  it('fails with what that work throws, even when the probe does not open either', async () => {
    const { publicKey } = await smallKey();
    const broken: KeySource = { publicKey, unwrap: async () => Promise.reject(new Error('broken')) };
    const mine = new RangeError('mine');
    const failing = (): never => {
      throw mine;
    };
    expect(await caught(() => roundTrips(broken, failing))).toBe(mine);
    expect(await roundTrips(broken)).toBe(false);
  });
});
