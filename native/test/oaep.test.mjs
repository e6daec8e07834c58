// The padding, by OpenSSL's own check: every part of an encoded message can be wrong here.
import {
  constants,
  createHash,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { addon, bytesOf, codeOf } from './support/addon.mjs';
import { derOf, keyObjectOf } from './support/keys.mjs';

const DECRYPT = 'ERR_NOMYO_NATIVE_DECRYPT';

describe('OAEP', () => {
  const reference = keyObjectOf('rsa2048.pem');
  const key = addon.NativePrivateKey.fromDer(addon.SecureRegion.from(derOf('rsa2048.pem')));
  const HASH = 32; // bytes
  const LENGTH = 256; // of the modulus
  const DB = LENGTH - HASH - 1;

  const sha256 = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
  const xor = (a, b) => a.map((byte, i) => byte ^ b[i]);
  function mgf1(seed, length) {
    const blocks = Array.from({ length: Math.ceil(length / HASH) }, (_, i) => {
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(i);
      return sha256(seed, counter);
    });
    return Buffer.concat(blocks).subarray(0, length);
  }

  /** RFC 8017 7.1.1 by hand, so that every part of it can be wrong. */
  function encode(message, { first = 0, change = (db) => db } = {}) {
    const seed = randomBytes(HASH);
    const padding = Buffer.alloc(DB - HASH - 1 - message.length);
    const db = change(Buffer.concat([sha256(''), padding, Buffer.from([1]), message]));
    const maskedDb = xor(db, mgf1(seed, DB));
    const maskedSeed = xor(seed, mgf1(maskedDb, HASH));
    return Buffer.concat([Buffer.from([first]), maskedSeed, maskedDb]);
  }
  const send = (encoded) =>
    key.unwrap(
      publicEncrypt({ key: createPublicKey(reference), padding: constants.RSA_NO_PADDING }, encoded),
    );

  test('messages of every length that fits', async () => {
    for (let length = 1; length <= LENGTH - 2 * HASH - 2; length++) {
      const message = randomBytes(length);
      expect(bytesOf(await send(encode(message))).equals(message)).toBe(true);
    }
  });

  test('messages that begin with zeros and ones', async () => {
    for (const message of ['0001', '0101', '000000', '01', '00'].map((hex) => Buffer.from(hex, 'hex'))) {
      expect(bytesOf(await send(encode(message))).equals(message)).toBe(true);
    }
  });

  test('every kind of damage is the same error', async () => {
    const at = (index, value) => (db) => Buffer.from(db).fill(value, index, index + 1);
    const separator = DB - 33; // for a message of 32 bytes
    const damages = [
      { first: 1 },
      ...[0, 15, 31].map((index) => ({ change: (db) => at(index, db[index] ^ 1)(db) })),
      ...[32, 60, separator - 1].flatMap((index) =>
        [2, 0x80, 0xff].map((value) => ({ change: at(index, value) })),
      ),
      ...[0, 2, 0x80, 0xff].map((value) => ({ change: (db) => at(separator, value)(db.fill(0, separator)) })),
      { change: (db) => db.fill(0, 32) },
      { change: (db) => db.fill(0, 32).fill(1, DB - 1) }, // an empty message
    ];
    for (const damage of damages) {
      expect(await codeOf(() => send(encode(randomBytes(32), damage)))).toBe(DECRYPT);
    }
  });

  test('agrees with node:crypto on 300 random changes', async () => {
    for (let i = 0; i < 300; i++) {
      const encoded = encode(randomBytes(1 + (i % 100)), {
        change: (db) => (i % 2 === 0 ? db : Buffer.from(db).fill(i & 255, i % DB, (i % DB) + 1)),
      });
      const padding = constants.RSA_NO_PADDING;
      const wrapped = publicEncrypt({ key: createPublicKey(reference), padding }, encoded);
      let expected;
      try {
        expected = privateDecrypt(
          { key: reference, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING },
          wrapped,
        );
      } catch {
        expected = null;
      }
      const got = await key.unwrap(wrapped).then(bytesOf, () => null);
      expect(got === null).toBe(expected === null || expected.length === 0);
      if (got !== null) expect(got.equals(expected)).toBe(true);
    }
  });
});
