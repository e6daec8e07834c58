import { describe, expect, it } from '@jest/globals';
import { SeenRing } from '../../../src/testing/http/seen.js';

const HEAD = { connection: 1, method: 'POST', path: '/', headers: {} } as const;
const MIB = 1024 * 1024;

describe('SeenRing', () => {
  it('drops the oldest when there are too many bytes, however few requests', () => {
    const ring = new SeenRing(100);
    for (let i = 0; i < 6; i += 1) ring.begin(HEAD).requestBody = new Uint8Array(20 * MIB);
    ring.trim();
    expect(ring.entries.map(({ id }) => id)).toEqual([4, 5, 6]);
  });

  it('drops the oldest when there are too many', () => {
    const ring = new SeenRing(2);
    for (let i = 0; i < 5; i += 1) ring.begin(HEAD);
    expect(ring.entries.map(({ id }) => id)).toEqual([4, 5]);
  });
});
