/** `requireLocked` goes through to every piece of memory that a key store takes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { getMemoryProtectionInfo } from '@nomyo/crypto';
import { temporaryDirectories } from '@nomyo/testkit/jest';
import { KeyStore } from '../src/index.js';
import { rejection } from './support/keys.js';

const newDirectory = temporaryDirectories('keystore');
const canLock = getMemoryProtectionInfo().canLock;

describe('where memory cannot be locked', () => {
  it('a store that requires it makes no key and writes no file', async () => {
    if (canLock) return;
    const keyDir = join(newDirectory(), 'keys');
    const store = new KeyStore({ keyDir, keySize: 2048, requireLocked: true });
    expect(await rejection(store.ready())).toMatchObject({ code: 'MEMORY_NOT_LOCKED' });
    expect(existsSync(join(keyDir, 'private_key.pem'))).toBe(false);
    store.dispose();
  });

  it('a password is refused in the constructor', () => {
    if (canLock) return;
    const make = (): unknown =>
      new KeyStore({ keyDir: null, requireLocked: true, password: 'correct horse' });
    expect(make).toThrow(expect.objectContaining({ code: 'MEMORY_NOT_LOCKED' }));
  });

  it('without that requirement, the listener is told', async () => {
    if (canLock) return;
    const heard: number[] = [];
    const store = new KeyStore({ keyDir: null, keySize: 2048, onUnlocked: (bytes) => heard.push(bytes) });
    await store.ready();
    store.dispose();
    expect(heard.length).toBeGreaterThan(0);
  });

  it('a wrong value is refused by name', () => {
    for (const [argument, options] of [
      ['requireLocked', { requireLocked: 'yes' }],
      ['requireLocked', { requireLocked: undefined }],
      ['onUnlocked', { onUnlocked: 1 }],
    ] as const) {
      const make = (): unknown => new KeyStore({ keyDir: null, ...options } as never);
      expect(make).toThrow(expect.objectContaining({ argument }));
    }
  });
});
