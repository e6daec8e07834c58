import { describe, expect, it } from '@jest/globals';
import { generateKeyFiles, KeyStore, loadKeyFiles } from '../src/index.js';
import { rejection } from './support/keys.js';

describe('a runtime without files', () => {
  it.each([{}, { keyDir: 'client_keys' }, { keyDir: null }])('keeps keys in memory: %j', async (location) => {
    const store = new KeyStore({ ...location, keySize: 2048 });
    const { keys } = await store.acquire();
    expect(keys.publicKey.modulusLength).toBe(2048);
    store.dispose();
  });

  it('refuses a directory that it could not use', () => {
    expect(() => new KeyStore({ keyDir: '/home/me/keys' })).toThrow('keyDir cannot be used');
    expect(() => new KeyStore({ rotationDir: 'client_keys' })).toThrow('rotationDir cannot be used');
  });

  it('has IndexedDB only in a browser', () => {
    expect(() => new KeyStore({ keyStorage: 'indexeddb' })).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentError', argument: 'keyStorage' }),
    );
  });

  it('has no key files', async () => {
    expect(await rejection(generateKeyFiles({ keyDir: 'x' }))).toMatchObject({ argument: 'keyDir' });
    expect(await rejection(loadKeyFiles({ privateKeyPath: 'x' }))).toMatchObject({
      argument: 'privateKeyPath',
    });
  });
});
