// Whatever is passed in: a typed error with a code, never a crash.
import { describe, expect, test } from '@jest/globals';

import { addon, codeOf } from './support/addon.mjs';
import { derOf } from './support/keys.mjs';

const { SecureRegion, NativePrivateKey } = addon;

const key = SecureRegion.allocate(32);
const released = SecureRegion.allocate(32);
released.release();
const privateKey = NativePrivateKey.fromDer(SecureRegion.from(derOf('rsa2048.pem')));
const bytes = (length) => new Uint8Array(length);
const detached = bytes(12);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

const strange = [
  undefined,
  null,
  true,
  '32',
  Symbol('x'),
  10n,
  {},
  [],
  () => 32,
  new Date(),
  new Proxy(key, {}),
  Object.create(key),
  Object.create(SecureRegion.prototype),
  new Float64Array(4),
  new DataView(new ArrayBuffer(32)),
  new ArrayBuffer(32),
  new SharedArrayBuffer(32),
  privateKey,
  SecureRegion,
];
// Errors come from the realm that loaded the addon, which is not the one of a jest test.
const aTypeError = expect.objectContaining({ name: 'TypeError' });
const TYPE = 'ERR_NOMYO_NATIVE_ARGUMENT_TYPE';
const RANGE = 'ERR_NOMYO_NATIVE_ARGUMENT_RANGE';
const RELEASED = 'ERR_NOMYO_NATIVE_RELEASED';

describe('sizes', () => {
  const functions = {
    allocate: (length) => SecureRegion.allocate(length),
    generatePkcs8: (bits) => addon.generatePkcs8(bits),
  };
  const sizes = [0, -0, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 40, 2 ** 53, 1e300];
  for (const [name, call] of Object.entries(functions)) {
    test.each(sizes)(`${name} refuses %p`, async (size) => {
      expect(await codeOf(() => call(size))).toBe(RANGE);
    });
    test(`${name} refuses what is no number`, async () => {
      for (const value of strange) expect(await codeOf(() => call(value))).toBe(TYPE);
    });
  }

  test.each([2049, 2560, 1024, 8192])('generatePkcs8 refuses %i bits', async (bits) => {
    expect(await codeOf(() => addon.generatePkcs8(bits))).toBe(RANGE);
  });

  test('the largest region is given or refused as out of memory', () => {
    try {
      SecureRegion.allocate(2 ** 30).release();
    } catch (error) {
      expect(error.code).toBe('ERR_NOMYO_NATIVE_OUT_OF_MEMORY');
    }
  });
});

/** Good arguments of each function; every one of them is replaced in turn. */
const calls = {
  aesGcmOpen: [key, bytes(12), bytes(5), bytes(16)],
  aesCbcDecrypt: [key, bytes(16), bytes(32)],
};

describe.each(Object.entries(calls))('%s', (name, good) => {
  const call = (...args) => addon[name](...args);

  test('refuses every argument of another type', async () => {
    for (const index of good.keys()) {
      for (const value of strange) {
        const code = await codeOf(() => call(...good.with(index, value)));
        expect([TYPE, RANGE]).toContain(code);
      }
    }
    expect(await codeOf(() => call())).toBe(TYPE);
  });

  test('refuses a region that was released, and bytes of a wrong length', async () => {
    for (const [index, argument] of good.entries()) {
      if (argument === key) {
        expect(await codeOf(() => call(...good.with(index, released)))).toBe(RELEASED);
        const short = SecureRegion.allocate(31);
        expect(await codeOf(() => call(...good.with(index, short)))).toBe(RANGE);
        short.release();
      } else if (argument instanceof Uint8Array) {
        expect(await codeOf(() => call(...good.with(index, bytes(0))))).toBe(RANGE);
        expect(await codeOf(() => call(...good.with(index, detached)))).toBe(RANGE);
      }
    }
  });
});

test('mustLock is a boolean, or left out', async () => {
  const functions = [
    (mustLock) => SecureRegion.allocate(5, mustLock),
    (mustLock) => SecureRegion.from(bytes(5), mustLock),
    (mustLock) => addon.aesGcmOpen(...calls.aesGcmOpen, mustLock),
    (mustLock) => addon.aesCbcDecrypt(...calls.aesCbcDecrypt, mustLock),
    (mustLock) => addon.generatePkcs8(2048, mustLock),
    (mustLock) => NativePrivateKey.fromDer(key, mustLock),
    (mustLock) => privateKey.unwrap(bytes(256), mustLock),
  ];
  for (const call of functions) {
    for (const value of [null, 0, 1, 'true', {}, Symbol('x')]) {
      expect(await codeOf(() => call(value))).toBe(TYPE);
    }
  }
});

describe('classes', () => {
  test('have no public constructor', () => {
    const construct = 'ERR_NOMYO_NATIVE_CONSTRUCTOR';
    class Mine extends SecureRegion {}
    for (const Class of [SecureRegion, NativePrivateKey, Mine]) {
      expect(() => new Class()).toThrow(expect.objectContaining({ code: construct }));
      expect(() => Class()).toThrow(aTypeError);
      expect(() => Reflect.construct(Class, [], Map)).toThrow(expect.objectContaining({ code: construct }));
    }
  });

  test('methods and getters refuse another this', () => {
    const pairs = [
      [SecureRegion.prototype, [privateKey, {}, 5, undefined, SecureRegion.prototype]],
      [NativePrivateKey.prototype, [key, {}, 5, undefined, NativePrivateKey.prototype]],
    ];
    for (const [prototype, others] of pairs) {
      const members = Object.entries(Object.getOwnPropertyDescriptors(prototype));
      for (const [name, { get, value }] of members) {
        if (name === 'constructor') continue;
        for (const other of others) expect(() => (get ?? value).call(other)).toThrow(aTypeError);
      }
    }
  });

  test('fromDer and unwrap refuse other types', async () => {
    for (const value of strange) {
      expect(await codeOf(() => NativePrivateKey.fromDer(value))).toBe(TYPE);
      expect(await codeOf(() => privateKey.unwrap(value))).toBe(TYPE);
    }
    expect(await codeOf(() => NativePrivateKey.fromDer(released))).toBe(RELEASED);
    expect(await codeOf(() => privateKey.unwrap(bytes(0)))).toBe(RANGE);
    expect(await codeOf(() => privateKey.unwrap(bytes(5000)))).toBe(RANGE);
  });
});
