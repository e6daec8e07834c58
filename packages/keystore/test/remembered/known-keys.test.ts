import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { openKnownKeys } from '../../src/index.js';

const A = `sha256/${'A'.repeat(43)}=`;
const B = `sha256/${'B'.repeat(43)}=`;
const { signal } = new AbortController();

describe('known keys in memory', () => {
  it('are remembered, and replaced only by a caller that knows the old one', async () => {
    const known = openKnownKeys({ keyDir: null });
    expect(await known.recall('x')).toBeUndefined();
    expect(await known.remember('x', { fingerprint: A, replaces: B }, signal)).toBe(false);
    expect(await known.remember('x', { fingerprint: A, replaces: undefined }, signal)).toBe(true);
    expect(await known.remember('x', { fingerprint: B, replaces: undefined }, signal)).toBe(false);
    expect(await known.recall('x')).toBe(A);
    expect(await known.remember('x', { fingerprint: B, replaces: A }, signal)).toBe(true);
    expect(await known.recall('x')).toBe(B);
    expect(await known.recall('y')).toBeUndefined();
  });

  it('are not shared', async () => {
    await openKnownKeys({ keyDir: null }).remember('x', { fingerprint: A, replaces: undefined }, signal);
    expect(await openKnownKeys({ keyDir: null }).recall('x')).toBeUndefined();
  });

  it.each([
    ['name', '', A],
    ['name', 'two words', A],
    ['name', 'a\nb', A],
    ['name', '# comment', A],
    ['fingerprint', 'x', 'sha256/short'],
    ['fingerprint', 'x', `${A}\n`],
  ])('refuse a %s that would damage a file: %j', async (argument, name, fingerprint) => {
    const call = openKnownKeys({ keyDir: null }).remember(name, { fingerprint, replaces: undefined }, signal);
    await expect(call).rejects.toMatchObject({ name: 'InvalidArgumentError', argument });
  });

  it.each([{ keyDir: '' }, { keyDir: 'a\0b' }, { directory: 'x' }])('refuse %j', (options) => {
    expect(() => openKnownKeys(options)).toThrow(InvalidArgumentError);
  });
});
