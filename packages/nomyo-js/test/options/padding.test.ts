import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { SecureByteContext, SUITE } from '@nomyo/crypto';
import { pad, paddedLength } from '../../src/call/pad.js';
import { aPadding } from '../../src/options/padding.js';
import { cleanUp, client, posts, REQUEST, router } from '../support.js';

afterEach(cleanUp);

describe('paddedLength', () => {
  it.each([
    ['none', 1000, 1000],
    ['pow2', 0, 1],
    ['pow2', 1, 1],
    ['pow2', 1024, 1024],
    ['pow2', 1025, 2048],
    ['pow2', 9_000_000, 10_485_760],
    [{ block: 512 }, 1, 512],
    [{ block: 512 }, 512, 512],
    [{ block: 512 }, 513, 1024],
    [{ block: 1000 }, 10_485_750, 10_485_760],
    [{ block: 10_485_760 }, 1, 10_485_760],
  ] as const)('%j of %i bytes: %i', (padding, length, padded) => {
    expect(paddedLength(length, padding)).toBe(padded);
  });
});

describe('pad', () => {
  it('adds spaces, keeps the JSON, and wipes the original', () => {
    const json = new SecureByteContext(new TextEncoder().encode('{"a":1}'));
    const original = json.borrow((bytes) => bytes);
    const text = pad(json, { block: 16 }, {}).use((bytes) => new TextDecoder().decode(bytes));
    expect(text).toBe('{"a":1}         ');
    expect(original.every((byte) => byte === 0)).toBe(true);
  });
});

describe('aPadding', () => {
  it.each([
    ['full'],
    [7],
    [null],
    [{}],
    [{ block: 0 }],
    [{ block: 1.5 }],
    [{ block: 11_000_000 }],
    [{ block: 8, x: 1 }],
  ])('refuses %j', (padding) => {
    expect(() => aPadding('padding', padding)).toThrow(InvalidArgumentError);
  });
});

describe('the padding option', () => {
  it('makes requests of different length look alike', async () => {
    const to = await router();
    const made = client(to, { padding: { block: 4096 } });
    for (const content of ['x', 'a longer question', 'y'.repeat(2000)]) {
      await made.create({ ...REQUEST, messages: [{ role: 'user', content }] });
    }
    expect(new Set(posts(to).map((post) => post.requestBody.byteLength)).size).toBe(1);
    expect(posts(to)[0]?.requestBody.byteLength).toBeGreaterThan((4096 * 4) / 3);
    expect(SUITE.maxPayloadBytes).toBe(10 * 1024 * 1024);
  });
});
