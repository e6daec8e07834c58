import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@nomyo/base';
import { generateKeyFiles, KeyStore, loadKeyFiles, type KeyStoreOptions } from '../src/index.js';
import { rejection } from './support/keys.js';

const make = (options: unknown): KeyStore => new KeyStore(options as KeyStoreOptions);

describe('options', () => {
  it.each([
    ['options', null],
    ['options', 'client_keys'],
    ['keyDirectory', { keyDirectory: 'x' }],
    ['keyDir', { keyDir: '' }],
    ['keyDir', { keyDir: 'a\0b' }],
    ['keyDir', { keyDir: 7 }],
    ['rotationDir', { rotationDir: '' }],
    ['rotationDir', { keyDir: null, rotationDir: 'elsewhere' }],
    ['rotationInterval', { rotationInterval: -1 }],
    ['rotationInterval', { rotationInterval: 0.5 }],
    ['rotationInterval', { rotationInterval: Number.NaN }],
    ['rotationInterval', { rotationInterval: Infinity }],
    ['rotationInterval', { rotationInterval: 366 * 86_400_000 + 1 }],
    ['rotationInterval', { rotationInterval: '1000' }],
    ['rotationRequests', { rotationRequests: 0 }],
    ['rotationRequests', { rotationRequests: 1.5 }],
    ['keySize', { keySize: 1024 }],
    ['keySize', { keySize: '2048' }],
    ['keyStorage', { keyStorage: 'files' }],
    ['keyStorage', { keyStorage: 'indexeddb' }],
    ['keyDir', { keyStorage: 'indexeddb', keyDir: null }],
    ['keyDir', { keyStorage: 'indexeddb', keyDir: 'client_keys' }],
    ['rotationDir', { keyStorage: 'indexeddb', rotationDir: 'elsewhere' }],
    ['password', { keyStorage: 'indexeddb', password: 'eight ch' }],
    ['secure', { secure: 'yes' }],
    ['onEvent', { onEvent: 'log' }],
    ['password', { password: 'short77' }],
    ['password', { password: '' }],
    ['password', { password: undefined }],
    ['password', { password: 12_345_678 }],
    ['password', { password: new Uint8Array(7) }],
    ['password', { password: 'lone surrogate \ud800' }],
  ])('refuses a wrong %s: %j', (argument, options) => {
    expect(() => make(options)).toThrow(InvalidArgumentError);
    expect(() => make(options)).toThrow(expect.objectContaining({ argument }));
  });

  it('never quotes a password', () => {
    expect(() => make({ password: 'hunter2' })).not.toThrow(/hunter2/);
    expect(() => make({ password: 'hunter2' })).toThrow('at least 8 characters');
  });

  it.each([
    { keyDir: null },
    { keyDir: null, password: 'eight ch' },
    { keyDir: null, password: new Uint8Array(8) },
    { keyDir: null, rotationInterval: 0, rotationRequests: 1, keySize: 3072, secure: false },
    { keyDir: null, rotationInterval: 30 * 86_400_000 },
    { keyDir: null, rotationDir: undefined },
  ])('takes %j', (options) => {
    make(options).dispose();
  });

  it('leaves the bytes of a password to the caller', () => {
    const password = Uint8Array.from({ length: 10 }, (_, i) => i);
    make({ keyDir: null, password }).dispose();
    expect([...password]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    ['keyDir', () => generateKeyFiles({ keyDir: '' })],
    ['privateKeyPath', () => loadKeyFiles({ privateKeyPath: '' })],
  ])('of functions that work on files: %s', async (argument, call) => {
    expect(await rejection(call())).toMatchObject({ name: 'InvalidArgumentError', argument });
  });
});
