import { constants, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { webCryptoRsa } from '../../src/rsa/webcrypto.js';
import { caught } from '../support/errors.js';
import { smallPem, smallPkcs8 } from '../support/keys.js';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');

const wrapped = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    publicEncrypt({ key: smallPem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, SECRET),
  );

describe('webCryptoRsa', () => {
  it('hears an abort while it waits for a turn, and rejects with the reason as it is', async () => {
    const key = await webCryptoRsa(() => 2).importUnwrapper(smallPkcs8);
    const running = [key.unwrap(wrapped()), key.unwrap(wrapped())];
    const controller = new AbortController();
    const waiting = key.unwrap(wrapped(), controller.signal);
    const behind = key.unwrap(wrapped());
    const reason = { mine: true };
    controller.abort(reason);
    expect(await caught(() => waiting)).toBe(reason);
    for (const bytes of await Promise.all([...running, behind])) {
      expect(Buffer.from(bytes).equals(SECRET)).toBe(true);
    }
  });

  it('refuses after dispose, and ends well what was asked before', async () => {
    const key = await webCryptoRsa(() => 1).importUnwrapper(smallPkcs8);
    const asked = [key.unwrap(wrapped()), key.unwrap(wrapped()), key.unwrap(wrapped())];
    key.dispose();
    expect(await caught(() => key.unwrap(wrapped()))).toBeInstanceOf(Error);
    for (const bytes of await Promise.all(asked)) expect(Buffer.from(bytes).equals(SECRET)).toBe(true);
  });

  it('leaves the bytes it imports as they are', async () => {
    const der = Uint8Array.from(smallPkcs8);
    await webCryptoRsa(() => 1).importUnwrapper(der);
    expect(Buffer.from(der).equals(Buffer.from(smallPkcs8))).toBe(true);
  });

  it('gives a new key that is wiped by release', async () => {
    const generated = await webCryptoRsa(() => 1).generate(2048);
    const { der } = generated;
    expect(der.some((byte) => byte !== 0)).toBe(true);
    generated.release();
    expect(der.every((byte) => byte === 0)).toBe(true);
  });
});
